"""Sends items over a stream in batches: a batch holds the items that came while the previous one was being sent."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from botmesh.work.notifier import Notifier

T = TypeVar("T")
BATCH_BYTES = 256 * 1024
"""The most bytes of a batch with several items, well under what the transport takes."""
BATCH_ITEMS = 16
"""The most items of a batch. If one batch held all, one end would idle while the other works; docs/performance.md."""
MAX_UNSENT = 4 * BATCH_BYTES
"""Bytes that may wait to be sent before `drain` makes the writer wait."""


class Batches(Generic[T]):
    """Items for a stream, in order. An item is sent at once if nothing is being sent; no item waits for others."""

    def __init__(self, send: Callable[[list[T]], Awaitable[None]]) -> None:
        """Send through `send`, which writes one batch. If it fails the stream is over; its reader gets the error."""
        self._send = send
        self._items: deque[tuple[T, int]] = deque()
        self._unsent = 0
        self._busy = False
        self._sending: asyncio.Task[None] | None = None
        self._over = False
        self._sent = Notifier()

    def put(self, item: T, size: int = 0) -> None:
        """Add `item` of `size` bytes to the next batch. An item for a stream that is over is dropped."""
        self._add(item, size)
        if not self._busy and self._items:
            self._busy = True
            self._sending = asyncio.create_task(self._send_all())

    async def send(self, item: T, size: int = 0) -> None:
        """Add `item` of `size` bytes, and send it from the current task if nothing is being sent.

        The current task must not be cancelled meanwhile, because that would lose the batch.
        """
        self._add(item, size)
        if not self._busy:
            self._busy = True
            await self._send_all()

    def _add(self, item: T, size: int) -> None:
        if not self._over:
            self._items.append((item, size))
            self._unsent += size

    async def drain(self) -> None:
        """Return when at most MAX_UNSENT bytes wait to be sent, or the stream is over."""
        while self._unsent > MAX_UNSENT and not self._over:
            await self._sent.wait()

    async def flush(self) -> None:
        """Return when no item waits to be sent."""
        if self._sending is not None:
            await asyncio.wait([self._sending])

    def close(self) -> None:
        """Drop all items that wait, and send nothing more."""
        self._over = True
        self._items.clear()
        self._sent.notify_all()
        if self._sending is not None:
            self._sending.cancel()

    async def _send_all(self) -> None:
        try:
            while self._items:
                batch, size = self._next()
                await self._send(batch)
                self._unsent -= size
                self._sent.notify_all()
        except Exception:  # noqa: BLE001 - gRPC raises several kinds of errors for a stream that is over
            self.close()
        finally:
            self._busy = False
            self._sending = None

    def _next(self) -> tuple[list[T], int]:
        batch: list[T] = []
        total = 0
        while self._items and len(batch) < BATCH_ITEMS:
            size = self._items[0][1]
            if batch and total + size > BATCH_BYTES:
                break
            batch.append(self._items.popleft()[0])
            total += size
        return batch, total
