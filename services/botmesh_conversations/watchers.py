"""Watchers: clients that hear of every event, and may be slow."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from botmesh.v1.conversation_pb2 import ConversationEvent

WATCHER_BYTES = 16 * 1024 * 1024
"""Of events that wait for one watcher."""


@dataclass(slots=True, eq=False)
class Watcher:
    """The events that wait for one client, bounded by number and bytes."""

    max_events: int
    max_bytes: int = WATCHER_BYTES
    conversation_id: str = ""
    """The only conversation that it hears of; empty: all."""
    waiting_bytes: int = 0
    queue: "asyncio.Queue[ConversationEvent | None]" = field(default_factory=asyncio.Queue)

    def tell(self, conversation_id: str, events: Sequence[ConversationEvent], size: int) -> bool:
        """Let it know of events of so many bytes; False, and a last None, if it has fallen too far behind."""
        if self.conversation_id not in ("", conversation_id):
            return True
        self.waiting_bytes += size
        if self.queue.qsize() + len(events) > self.max_events or self.waiting_bytes > self.max_bytes:
            self.queue.put_nowait(None)
            return False
        for event in events:
            self.queue.put_nowait(event)
        return True

    async def next(self) -> ConversationEvent | None:
        """The next event; None: it fell too far behind."""
        event = await self.queue.get()
        self.waiting_bytes -= 0 if event is None else event.ByteSize()
        return event
