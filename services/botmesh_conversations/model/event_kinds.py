"""Every kind of ConversationEvent, and what each part of the service makes of it: the only place that lists the kinds.

A new kind needs a row here; tests/conversations/test_event_kinds.py compares the rows with the contract.
"""

from collections.abc import Callable
from dataclasses import dataclass

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.history_pb2 import HistoryEntry
from botmesh_conversations.model import account_state, contact_state, counts, history, signals, transitions
from botmesh_conversations.model.account_state import AccountState
from botmesh_conversations.model.contact_state import ContactState
from botmesh_conversations.model.counts import Counts
from botmesh_conversations.model.saying import says_something
from botmesh_conversations.model.signals import Signal
from botmesh_conversations.model.state import State


@dataclass(frozen=True, slots=True)
class EventKind:
    """What one kind of event means. None: nothing."""

    fold: Callable[[State, ConversationEvent], None] | None
    """Changes the state of a conversation."""
    fold_account: Callable[[AccountState, ConversationEvent], None] | None
    """Changes the state of an account."""
    fill_entry: Callable[[HistoryEntry, ConversationEvent, str], None] | None
    """Fills in the entry of the history; the last argument is the contact's id."""
    message_id: Callable[[ConversationEvent], str] | None
    """The id under which a repeat of the message is recognised; the projection keeps it."""
    count: Callable[[Counts, ConversationEvent], None] | None
    """Adds to the statistics."""
    signal: Callable[[ConversationEvent], Signal] | None
    """What triggers and members may wait for."""
    fold_contact: Callable[[ContactState, ConversationEvent], None] | None = None
    """Changes the state of a contact."""
    is_shared: bool = False
    """Whether the open conversations of a contact carry what happened in its stream."""
    changes_tags: bool = False
    """Whether the projection has to write the tags anew."""


_POSTED = EventKind(
    transitions.message_posted,
    None,
    history.message_posted,
    lambda event: event.message_posted.message_id,
    counts.message_posted,
    signals.message_posted,
)
_PERSON_REPLIED = EventKind(
    transitions.person_replied,
    None,
    history.person_replied,
    lambda event: event.person_replied.message_id,
    None,
    None,
)
_AGENT_SAID = EventKind(
    transitions.agent_said, None, history.agent_said, lambda event: event.agent_said.message_id, None, None
)
_FORM_SUBMITTED = EventKind(
    transitions.form_submitted,
    None,
    None,
    lambda event: event.form_submitted.submission_id,
    None,
    signals.form_submitted,
    contact_state.form_submitted,
    is_shared=True,
)

EVENT_KINDS: dict[str, EventKind] = {
    # kind: conversation, account, history entry, message id, statistics, signal
    "opened": EventKind(transitions.opened, None, None, None, counts.opened, None),
    "message_posted": _POSTED,
    "turn_started": EventKind(transitions.turn_started, None, None, None, counts.turn_started, None),
    "turn_finished": EventKind(
        transitions.turn_finished, None, history.turn_finished, None, counts.turn_finished, None
    ),
    "reply_suggested": EventKind(transitions.reply_suggested, None, None, None, None, None),
    "suggestion_dropped": EventKind(transitions.suggestion_dropped, None, None, None, None, None),
    "late_reply": EventKind(None, None, None, None, None, None),
    "transfer_requested": EventKind(transitions.transfer_requested, None, None, None, counts.transfer_requested, None),
    "transfer_deferred": EventKind(transitions.transfer_deferred, None, None, None, None, None),
    "offer_answered": EventKind(None, None, None, None, None, None),
    "owner_changed": EventKind(
        transitions.owner_changed, None, history.owner_changed, None, counts.owner_changed, None
    ),
    "transfer_failed": EventKind(transitions.transfer_failed, None, None, None, counts.transfer_failed, None),
    "status_changed": EventKind(
        transitions.status_changed, None, None, None, None, None, contact_state.status_changed, is_shared=True
    ),
    "mode_changed": EventKind(
        transitions.mode_changed, None, None, None, None, None, contact_state.mode_changed, is_shared=True
    ),
    "desk_claimed": EventKind(transitions.desk_claimed, None, None, None, None, None),
    "desk_released": EventKind(transitions.desk_released, None, None, None, None, None),
    "person_replied": _PERSON_REPLIED,
    "tags_changed": EventKind(
        transitions.tags_changed,
        None,
        None,
        None,
        None,
        signals.tags_changed,
        contact_state.tags_changed,
        is_shared=True,
        changes_tags=True,
    ),
    "context_changed": EventKind(
        transitions.context_changed,
        account_state.context_changed,
        None,
        None,
        None,
        None,
        contact_state.context_changed,
    ),
    "fields_changed": EventKind(
        transitions.fields_changed,
        None,
        None,
        None,
        None,
        signals.fields_changed,
        contact_state.fields_changed,
        is_shared=True,
    ),
    "form_submitted": _FORM_SUBMITTED,
    "action_fired": EventKind(
        transitions.action_fired,
        None,
        None,
        None,
        None,
        signals.action_fired,
        contact_state.action_fired,
        is_shared=True,
    ),
    "outcome_recorded": EventKind(transitions.outcome_recorded, None, None, None, counts.outcome_recorded, None),
    "silence_noticed": EventKind(transitions.silence_noticed, None, None, None, None, signals.silence_noticed),
    "owner_away": EventKind(transitions.owner_away, None, None, None, None, signals.owner_away),
    "trigger_fired": EventKind(None, None, None, None, None, None),
    "member_added": EventKind(transitions.member_added, None, None, None, None, None),
    "member_removed": EventKind(transitions.member_removed, None, None, None, None, None),
    "member_asked": EventKind(transitions.member_asked, None, None, None, None, None),
    "member_answered": EventKind(transitions.member_answered, None, history.member_answered, None, None, None),
    "agent_said": _AGENT_SAID,
    "closed": EventKind(transitions.closed, None, None, None, counts.closed, None),
    "close_requested": EventKind(transitions.close_requested, None, None, None, None, None),
    "contact_replaced": EventKind(transitions.contact_replaced, None, None, None, None, None, changes_tags=True),
    "language_changed": EventKind(
        transitions.language_changed, None, None, None, None, None, contact_state.language_changed, is_shared=True
    ),
    "agent_assigned": EventKind(None, None, None, None, None, None, contact_state.agent_assigned, is_shared=True),
    "contact_created": EventKind(None, None, None, None, None, None, contact_state.created),
    "address_linked": EventKind(None, None, None, None, None, None, contact_state.address_linked),
    "address_unlinked": EventKind(None, None, None, None, None, None, contact_state.address_unlinked),
    "conversation_begun": EventKind(None, None, None, None, None, None, contact_state.conversation_begun),
    "conversation_ended": EventKind(None, None, None, None, None, None, contact_state.conversation_ended),
    "contact_merged_into": EventKind(None, None, None, None, None, None, contact_state.merged_into),
    "contact_told": EventKind(transitions.contact_told, None, None, None, None, None),
    "contact_merged": EventKind(None, None, None, None, None, None, contact_state.merged),
    "primary_changed": EventKind(None, account_state.primary_changed, None, None, None, None),
    "duty_changed": EventKind(None, account_state.duty_changed, None, None, None, None),
}

_UNKNOWN = EventKind(None, None, None, None, None, None)


def kind_of(event: ConversationEvent) -> EventKind:
    """The row of an event; one that means nothing for an event that could not be read or that a newer version wrote."""
    name = event.WhichOneof("event")
    return _UNKNOWN if name is None else EVENT_KINDS[name]


def entry_of(event: ConversationEvent, contact: str, epoch: int) -> HistoryEntry | None:
    """The entry that an event adds to the history; None: it adds none."""
    fill = kind_of(event).fill_entry
    if fill is None:
        return None
    entry = HistoryEntry(sequence=event.sequence, timestamp=event.time, epoch=epoch)
    fill(entry, event, contact)
    return entry if says_something(entry.payload) else None


def message_id_of(event: ConversationEvent) -> str:
    """The id under which a repeat of an event's message is recognised; empty: it has none."""
    message_id = kind_of(event).message_id
    return "" if message_id is None else message_id(event)


def signal_of(event: ConversationEvent) -> Signal | None:
    """What an event tells to triggers and members; None: nothing can wait for it.

    Of the conversations that carry an event of their contact only the one in which it happened reacts.
    """
    if event.contact_sequence and (event.for_contact or event.acting_conversation_id != event.conversation_id):
        return None
    signal = kind_of(event).signal
    return None if signal is None else signal(event)
