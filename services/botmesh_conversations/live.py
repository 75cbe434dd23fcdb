"""One conversation in memory: what it is now, who is watching, and how something is added to it."""

import asyncio
import time
from collections.abc import Callable, Sequence

from opentelemetry.context import Context

from botmesh.errors import UnknownConversation
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.conversation_service_pb2 import PostResponse
from botmesh_conversations.event_log import EventLog, Record, SequenceConflict
from botmesh_conversations.fold import State

Decision = Callable[[State], Sequence[ConversationEvent]]
"""Looks at a conversation and says what happens; refuses by raising. Called again if a race was lost."""

_PAGE = 1000


class Live:
    """A conversation whose events are folded here as they are written."""

    def __init__(
        self, conversation_id: str, log: EventLog, written: "Callable[[Live, Sequence[ConversationEvent]], None]"
    ):
        """`written` is told of every batch, in order."""
        self.id = conversation_id
        self.state = State()
        self.work: asyncio.Task[None] | None = None
        """What is being done for it: a turn, an offer."""
        self.context: Context | None = None
        """The trace of the moment: what led to the next turn."""
        self.trace_id = ""
        """The trace that events are written in."""
        self.listeners: set[asyncio.Queue[ConversationEvent | PostResponse]] = set()
        """Whoever wants to hear of events, and of pieces that are shown and not kept."""
        self._log = log
        self._written = written
        self._lock = asyncio.Lock()

    async def load(self) -> None:
        """Read what others have written since."""
        while True:
            records = await self._log.read(self.id, self.state.sequence + 1, _PAGE)
            for record in records:
                self.state.apply(decode(record))
            if len(records) < _PAGE:
                return

    async def write(self, decide: Decision) -> list[ConversationEvent]:
        """Let `decide` say what happens, and make it durable; empty if it says that nothing does.

        A caller that is cancelled meanwhile leaves the write to end by itself: it is folded either way.

        Raises:
            BotmeshError: `decide` refused, or the log is unavailable. Nothing was written.
        """
        return await asyncio.shield(asyncio.ensure_future(self._write(decide)))

    async def _write(self, decide: Decision) -> list[ConversationEvent]:
        async with self._lock:
            while True:
                batch = decide(self.state)
                if not batch:
                    return []
                for event in batch:
                    event.conversation_id = self.id
                    event.trace_id = self.trace_id
                    event.time.FromNanoseconds(time.time_ns())
                try:
                    payloads = [event.SerializeToString() for event in batch]
                    records = await self._log.append(self.id, self.state.sequence, payloads)
                except SequenceConflict:
                    await self.load()
                    continue
                return self._take_in([decode(record) for record in records])

    def _take_in(self, events: list[ConversationEvent]) -> list[ConversationEvent]:
        for event in events:
            self.state.apply(event)
        self._written(self, events)
        for event in events:
            self.tell(event)
        return events

    def tell(self, what: ConversationEvent | PostResponse) -> None:
        """Let all listeners know."""
        for queue in self.listeners:
            queue.put_nowait(what)

    def must_exist(self) -> "Live":
        """This conversation.

        Raises:
            UnknownConversation: nothing was ever said in it.
        """
        if self.state.sequence == 0:
            raise UnknownConversation(
                f"no conversation {self.id}: `botmesh conversations` lists them", conversation_id=self.id
            )
        return self


def decode(record: Record) -> ConversationEvent:
    """The event of a record, with its places."""
    event = ConversationEvent.FromString(record.payload)
    event.position = record.position
    event.sequence = record.sequence
    event.conversation_id = record.conversation
    return event
