"""The states of conversations, accounts and contacts, folded from its events. Pure: no clock, no I/O."""

from collections.abc import Sequence

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh_conversations.model.account_state import AccountState
from botmesh_conversations.model.contact_state import ContactState
from botmesh_conversations.model.event_kinds import entry_of, kind_of
from botmesh_conversations.model.state import State
from botmesh_service.times import seconds_of

VERSION = 4
"""Changes whenever the fold does: snapshots and projections of another version are thrown away."""


def apply(state: State, event: ConversationEvent) -> None:
    """Fold the next event into a conversation's state."""
    state.view.sequence = event.sequence
    state.view.updated_at.CopyFrom(event.time)
    entry = entry_of(event, state.view.contact_id, state.view.epoch)
    if entry is not None:
        state.say(entry, seconds_of(event.time))
    fold_into = kind_of(event).fold
    if fold_into is not None and (event.HasField("opened") or state.view.conversation_id):
        fold_into(state, event)
    if event.for_contact and not event.contact_sequence:
        state.for_contact.append(event)
    if event.contact_sequence:
        state.view.contact_sequence = event.contact_sequence
    state.view.unanswered = len(state.waiting)


def apply_to_account(state: AccountState, event: ConversationEvent) -> None:
    """Fold the next event into an account's state."""
    fold_into = kind_of(event).fold_account
    if fold_into is not None:
        fold_into(state, event)


def apply_to_contact(state: ContactState, event: ConversationEvent) -> None:
    """Fold the next event into a contact's state."""
    state.view.sequence = event.sequence
    state.view.updated_at.CopyFrom(event.time)
    kind = kind_of(event)
    if kind.fold_contact is not None:
        kind.fold_contact(state, event)
    if kind.is_shared:
        state.shared = event.sequence
        state.recent.append(event)


def fold(events: Sequence[ConversationEvent]) -> State:
    """The state after `events`."""
    state = State()
    for event in events:
        apply(state, event)
    return state
