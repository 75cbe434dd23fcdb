"""The lease table: values that expire unless they are renewed.

This is the seam for another engine, such as a replicated one: put with expiry, renew, delete, and list what has
expired. It knows nothing of agents or of gRPC.
"""

import heapq
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")

_SLACK = 1024
"""Stale heap entries that are tolerated before the heap is rebuilt."""


@dataclass(slots=True)
class _Slot(Generic[V]):
    value: V
    expires: float
    queued: float
    """The time under which the slot is in the heap; renewals leave it, so that they cost O(1)."""


class LeaseTable(Generic[V]):
    """Values under keys, each with an expiry. A renewal costs O(1), an expiry O(log n)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Tell the time by `clock`, in seconds; it must never go back."""
        self._clock = clock
        self._slots: dict[str, _Slot[V]] = {}
        self._heap: list[tuple[float, str]] = []

    def put(self, key: str, value: V, duration: float) -> None:
        """Keep `value` under `key` for `duration` seconds, whatever was there before."""
        expires = self._clock() + duration
        self._slots[key] = _Slot(value, expires, expires)
        heapq.heappush(self._heap, (expires, key))

    def renew(self, key: str, duration: float) -> bool:
        """Keep what is under `key` for `duration` seconds from now; False if nothing is there."""
        slot = self._slots.get(key)
        if slot is None:
            return False
        slot.expires = self._clock() + duration
        if slot.expires < slot.queued:
            slot.queued = slot.expires
            heapq.heappush(self._heap, (slot.queued, key))
        return True

    def delete(self, key: str) -> V | None:
        """Take out what is under `key`; None if nothing is."""
        slot = self._slots.pop(key, None)
        if len(self._heap) > 2 * len(self._slots) + _SLACK:
            self._heap = [(kept.queued, kept_key) for kept_key, kept in self._slots.items()]
            heapq.heapify(self._heap)
        return None if slot is None else slot.value

    def get(self, key: str) -> V | None:
        """What is under `key`; None if nothing is."""
        slot = self._slots.get(key)
        return None if slot is None else slot.value

    def expired(self) -> list[V]:
        """Take out and return what has expired since the last time, oldest first."""
        now = self._clock()
        ended = []
        while self._heap and self._heap[0][0] <= now:
            queued, key = heapq.heappop(self._heap)
            slot = self._slots.get(key)
            if slot is None or slot.queued != queued:
                continue  # deleted, or queued anew
            if slot.expires > now:
                slot.queued = slot.expires
                heapq.heappush(self._heap, (slot.queued, key))
                continue
            del self._slots[key]
            ended.append(slot.value)
        return ended

    def __len__(self) -> int:
        """How many values are kept."""
        return len(self._slots)

    def __iter__(self) -> Iterator[V]:
        """The values."""
        return (slot.value for slot in self._slots.values())
