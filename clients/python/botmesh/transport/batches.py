"""What is sent over a stream a batch at a time: all that came while the batch before it was on its way."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from botmesh.work.notifier import Notifier

T = TypeVar("T")
BATCH_BYTES = 256 * 1024
"""A batch is no larger than this, or one item: well under what the transport takes."""
BATCH_ITEMS = 16
"""Nor than so many: with all in one batch, one end would rest while the other works (docs/performance.md)."""
MAX_UNSENT = 4 * BATCH_BYTES
"""Bytes that may wait to be sent before `room` makes whoever makes more of them wait."""


class Batches(Generic[T]):
    """Items for a stream, in order. The emptier the stream, the smaller the batches: nothing waits for company."""

    def __init__(self, send: Callable[[list[T]], Awaitable[None]]) -> None:
        """`send` writes one batch; if it fails, the stream is over, and whoever reads it knows why."""
        self._send = send
        self._items: deque[tuple[T, int]] = deque()
        self._unsent = 0
        self._busy = False
        self._sending: asyncio.Task[None] | None = None
        self._over = False
        self._sent = Notifier()

    def put(self, item: T, size: int = 0) -> None:
        """Send `item` of `size` bytes with the next batch; nothing happens once the stream is over."""
        self._add(item, size)
        if not self._busy and self._items:
            self._busy = True
            self._sending = asyncio.create_task(self._send_all())

    async def send(self, item: T, size: int = 0) -> None:
        """The same, for whoever will not be cancelled: sends itself, at once, if nothing is on its way."""
        self._add(item, size)
        if not self._busy:
            self._busy = True
            await self._send_all()

    def _add(self, item: T, size: int) -> None:
        if not self._over:
            self._items.append((item, size))
            self._unsent += size

    async def drain(self) -> None:
        """Return when there is not very much left to be sent."""
        while self._unsent > MAX_UNSENT and not self._over:
            await self._sent.wait()

    async def flush(self) -> None:
        """Return when nothing waits any more."""
        if self._sending is not None:
            await asyncio.wait([self._sending])

    def close(self) -> None:
        """Send nothing more."""
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
        except Exception:  # noqa: BLE001 - see `send`: gRPC has several ways to say that a stream is over
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
