"""Streams of ConversationEvents in the log: read, folded and written."""

import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from typing import TypeVar

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.history_pb2 import HistoryEntry
from botmesh_conversations.model.event_kinds import entry_of
from botmesh_log.event_log import EventLog, Record
from botmesh_log.position import position_token
from botmesh_log.stream import OnUnreadable, Stream, log_unreadable, read_payload

S = TypeVar("S")
_RECORDS_A_READ = 1000


def decode(record: Record, on_unreadable: OnUnreadable = log_unreadable) -> ConversationEvent:
    """The event of a record with its position, sequence and stream; without a kind if the record cannot be read."""
    event = read_payload(ConversationEvent.FromString, ConversationEvent, record, on_unreadable)
    event.position = position_token(record.position) if record.position else ""
    event.sequence = record.sequence
    event.conversation_id = record.stream
    return event


class Batch:
    """Events that are written together. Each gets its place, its time and its trace once, when it is added."""

    def __init__(self, stream_id: str, sequence: int, trace_id: str) -> None:
        """An empty batch for a stream whose last event has this sequence."""
        self.events: list[ConversationEvent] = []
        self._stream_id = stream_id
        self._sequence = sequence
        self._trace_id = trace_id
        self._now = time.time_ns()

    def add(self, events: Iterable[ConversationEvent]) -> None:
        """Add events after those that are in the batch."""
        for event in events:
            self.events.append(event)
            event.conversation_id = self._stream_id
            event.sequence = self._sequence + len(self.events)
            event.trace_id = self._trace_id
            event.time.FromNanoseconds(self._now)

    def shorten_to(self, length: int) -> None:
        """Take back the events that were added last."""
        del self.events[length:]


class EventStream(Stream[S, ConversationEvent]):
    """A stream of a conversation, an account or a contact, folded in memory."""

    def __init__(
        self,
        stream_id: str,
        log: EventLog,
        state: S,
        apply: Callable[[S, ConversationEvent], None],
        on_unreadable: OnUnreadable = log_unreadable,
    ) -> None:
        """`state` is the state before the first event that is read; `apply` folds one event into it."""
        super().__init__(stream_id, log, state, apply, decode, on_unreadable)

    def complete(self, batch: Sequence[ConversationEvent]) -> list[ConversationEvent]:
        """The events that are written because of a decision: the decision's, and what follows from them."""
        stamped = Batch(self.id, self.sequence, self.trace_id)
        stamped.add(batch)
        self.extend(stamped)
        return stamped.events

    def extend(self, batch: Batch) -> None:
        """Add what follows from the events of a batch."""


async def read_history(log: EventLog, conversation: str, after: int = 0) -> AsyncGenerator[HistoryEntry, None]:
    """All entries after a sequence, oldest first, read from the log."""
    contact, epoch, sequence = "", 1, 0
    while True:
        records = await log.read(conversation, sequence + 1, _RECORDS_A_READ)
        for record in records:
            event = decode(record)
            sequence = event.sequence
            if event.HasField("opened"):
                contact = event.opened.contact_id
            elif event.HasField("owner_changed"):
                epoch = event.owner_changed.epoch
            entry = entry_of(event, contact, epoch)
            if entry is not None and sequence > after:
                yield entry
        if not records:
            return
