"""Streams of ConversationEvents in the log: read, folded and written."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TypeVar

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.history_pb2 import HistoryEntry
from botmesh_conversations.model.history import entry_of
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
        """The batch with its place, its time and its trace."""
        for event in batch:
            event.conversation_id = self.id
        return super().complete(batch)


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
