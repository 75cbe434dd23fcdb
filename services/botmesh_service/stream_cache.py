"""A cache of event streams, which are read when first needed; the least recently used are forgotten."""

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
"""Streams that one search for streams to forget looks at."""


class StreamCache(Generic[K, V]):
    """The streams of one kind by their keys.

    There is never more than one object for a stream, because a second one would miss the first one's events. A
    forgotten stream is found again while anything holds it.
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
        """Begin with an empty cache.

        Args:
            read: loads a stream that is not in memory.
            max_streams: streams kept; more only while `may_forget` refuses to drop one.
            max_weight: total weight kept; more only while `may_forget` refuses to drop one.
            weight_of: the share of `max_weight` that a stream takes.
            may_forget: whether a stream may be dropped, because no work runs for it.
        """
        self.recent: OrderedDict[K, V] = OrderedDict()
        """The streams that are kept, the most recently used last."""
        self.held: WeakValueDictionary[K, V] = WeakValueDictionary()
        """All streams that anything holds."""
        self.weight = 0
        """The total weight of the streams in `recent`."""
        self._weights: dict[K, int] = {}
        self._reading: dict[K, asyncio.Task[V]] = {}
        self._read = read
        self._max_streams = max_streams
        self._max_weight = max_weight
        self._weight_of = weight_of
        self._may_forget = may_forget

    async def get(self, key: K) -> V:
        """The stream of a key, read if it is not in memory."""
        stream = self.held.get(key)
        if stream is not None:
            self._use(key, stream)
            return stream
        if key not in self._reading:
            self._reading[key] = asyncio.create_task(self._read_in(key))
        return await shielded(self._reading[key])

    def weigh(self, key: K, stream: V) -> None:
        """Note that a stream has grown, and forget others if the total weight is too large."""
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
        """Forget the streams that were used longest ago, except those that may not be forgotten."""
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
