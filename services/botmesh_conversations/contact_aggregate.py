"""One contact in memory: what it is now."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh_conversations.event_stream import Batch, EventStream, decode
from botmesh_conversations.model.contact_state import ContactState
from botmesh_conversations.model.event_kinds import kind_of
from botmesh_conversations.model.fold import apply_to_contact
from botmesh_conversations.model.streams import contact_stream
from botmesh_log.event_log import EventLog
from botmesh_log.stream import OnUnreadable, log_unreadable

if TYPE_CHECKING:
    from botmesh_conversations.accounts import Account

_RECORDS_A_READ = 1000


class MergedMeanwhile(Exception):
    """The contact was merged into another one after it was looked up."""


class ContactAggregate(EventStream[ContactState]):
    """A contact whose events are folded here as they are written."""

    def __init__(
        self,
        account: "Account",
        contact_id: str,
        log: EventLog,
        written: "Callable[[ContactAggregate, Sequence[ConversationEvent]], None]",
        react: "Callable[[ContactAggregate, Batch], None]",
        on_unreadable: OnUnreadable = log_unreadable,
    ) -> None:
        """`written` is told of every batch, in order; `react` adds to it before it is written."""
        stream = contact_stream(account.name, contact_id)
        super().__init__(stream, log, ContactState(), apply_to_contact, on_unreadable)
        self.account = account
        """Its tenant."""
        self.contact_id = contact_id
        self._written = written
        self._react = react

    async def write(self, decide: Callable[[ContactState], Sequence[ConversationEvent]]) -> list[ConversationEvent]:
        """As for a stream.

        Raises:
            MergedMeanwhile: nothing happens to this contact any more.
        """

        def checked(state: ContactState) -> Sequence[ConversationEvent]:
            if state.merged_into:
                raise MergedMeanwhile(self.contact_id)
            return decide(state)

        return await super().write(checked)

    def extend(self, batch: Batch) -> None:
        """Add what the account's triggers make of a batch."""
        self._react(self, batch)

    def written(self, events: Sequence[ConversationEvent]) -> None:
        """Have a batch put into the lists."""
        self._written(self, events)

    async def shared_after(self, sequence: int) -> list[ConversationEvent]:
        """The events after `sequence` that conversations carry, from memory or from the log."""
        recent = self.state.shared_after(sequence)
        if recent is not None:
            return recent
        events: list[ConversationEvent] = []
        while records := await self._log.read(self.id, sequence + 1, _RECORDS_A_READ):
            events += [decode(record, self._on_unreadable) for record in records]
            sequence = records[-1].sequence
        return [event for event in events if kind_of(event).is_shared]
