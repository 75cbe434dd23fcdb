"""The state of a conversation, folded from its events. Pure: no clock, no I/O."""

from collections.abc import Sequence

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh_conversations.model.account_state import AccountState
from botmesh_conversations.model.event_kinds import entry_of, kind_of
from botmesh_conversations.model.state import State
from botmesh_service.times import seconds_of

VERSION = 3
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
    state.view.unanswered = len(state.waiting)


def apply_to_account(state: AccountState, event: ConversationEvent) -> None:
    """Fold the next event into an account's state."""
    fold_into = kind_of(event).fold_account
    if fold_into is not None:
        fold_into(state, event)


def fold(events: Sequence[ConversationEvent]) -> State:
    """The state after `events`."""
    state = State()
    for event in events:
        apply(state, event)
    return state
