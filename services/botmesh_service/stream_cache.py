"""Streams in memory: read when they are first needed, and forgotten when others were used since."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from itertools import islice
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from botmesh_log.shielded import shielded

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_MAX_LOOKED_AT = 100
"""Streams that are looked at, at a time, to find some to forget."""


class StreamCache(Generic[K, V]):
    """The streams of one kind by their keys.

    There are never two objects of one stream, of which one would not hear of the other's events: a stream that was
    forgotten while it is in use is found again as long as it is held by anyone.
    """

    def __init__(
        self,
        read: Callable[[K], Awaitable[V]],
        *,
        max_streams: int,
        max_weight: float = float("inf"),
        weight_of: Callable[[V], int] = lambda _: 0,
        may_forget: Callable[[K, V], bool] = lambda _key, _stream: True,
    ) -> None:
        """An empty cache.

        Args:
            read: gives a stream that is not in memory.
            max_streams: kept at most, as far as they may be forgotten.
            max_weight: of all that are kept, as far as they may be forgotten.
            weight_of: how much of `max_weight` a stream takes.
            may_forget: whether nothing is being done for a stream.
        """
        self.recent: OrderedDict[K, V] = OrderedDict()
        """The streams that are kept, the one that was used last at the end."""
        self.held: WeakValueDictionary[K, V] = WeakValueDictionary()
        """All streams that anyone holds."""
        self.weight = 0
        """Of all in `recent`."""
        self._weights: dict[K, int] = {}
        self._reading: dict[K, asyncio.Task[V]] = {}
        self._read = read
        self._max_streams = max_streams
        self._max_weight = max_weight
        self._weight_of = weight_of
        self._may_forget = may_forget

    async def get(self, key: K) -> V:
        """A stream, read if it is not in memory."""
        stream = self.held.get(key)
        if stream is not None:
            self._use(key, stream)
            return stream
        if key not in self._reading:
            self._reading[key] = asyncio.create_task(self._read_in(key))
        return await shielded(self._reading[key])

    def weigh(self, key: K, stream: V) -> None:
        """Note that a stream has grown, and forget others if that is too much."""
        if self.recent.get(key) is stream:
            weight = self._weight_of(stream)
            self.weight += weight - self._weights.get(key, 0)
            self._weights[key] = weight
        self._make_room()

    def _use(self, key: K, stream: V) -> None:
        self.recent[key] = stream
        self.recent.move_to_end(key)
        self.weigh(key, stream)

    async def _read_in(self, key: K) -> V:
        try:
            stream = await self._read(key)
            self.held[key] = stream
            self._use(key, stream)
            return stream
        finally:
            del self._reading[key]

    def _make_room(self) -> None:
        """Forget the streams that were used longest ago; one for which something is being done stays."""
        if self._has_room():
            return
        for key in list(islice(self.recent, _MAX_LOOKED_AT)):
            if self._may_forget(key, self.recent[key]):
                del self.recent[key]
                self.weight -= self._weights.pop(key)
            else:
                self.recent.move_to_end(key)
            if self._has_room():
                return

    def _has_room(self) -> bool:
        return len(self.recent) <= self._max_streams and self.weight <= self._max_weight
