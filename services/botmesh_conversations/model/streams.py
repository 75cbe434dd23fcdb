"""The streams of conversations, accounts and contacts: what they are called, and how their events are read."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh_log.event_log import EventLog, Record
from botmesh_log.position import position_token
from botmesh_log.stream import OnUnreadable, Stream, log_unreadable, read_payload

S = TypeVar("S")


def account_stream(account: str) -> str:
    """The stream that an account's own events stand in. No conversation's id has a slash."""
    return f"account/{account}"


def contact_stream(account: str, contact: str) -> str:
    """The stream that a contact's variables stand in."""
    return f"contact/{account}/{contact}"


def is_conversation(stream: str) -> bool:
    """Whether a stream is a conversation's."""
    return "/" not in stream


def decode(record: Record, on_unreadable: OnUnreadable = log_unreadable) -> ConversationEvent:
    """The event of a record, with its places; one without a kind where that cannot be read."""
    event = read_payload(ConversationEvent.FromString, ConversationEvent, record, on_unreadable)
    event.position = position_token(record.position) if record.position else ""
    event.sequence = record.sequence
    event.conversation_id = record.stream
    return event


class EventStream(Stream[S, ConversationEvent]):
    """A stream of these events."""

    def __init__(
        self,
        stream_id: str,
        log: EventLog,
        state: S,
        apply: Callable[[S, ConversationEvent], None],
        on_unreadable: OnUnreadable = log_unreadable,
    ) -> None:
        """`state` is what comes before all that is read; `apply` takes in what happened next."""
        super().__init__(stream_id, log, state, apply, decode, on_unreadable)

    def complete(self, batch: Sequence[ConversationEvent]) -> list[ConversationEvent]:
        """The batch with its place, its time and its trace."""
        for event in batch:
            event.conversation_id = self.id
        return super().complete(batch)
