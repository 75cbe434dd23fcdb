"""When a turn begins, and for which agent: the one rule, for a conversation as it stands and for a batch of events."""

from collections.abc import Sequence

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh_conversations.model.fold import apply
from botmesh_conversations.model.state import State
from botmesh_service.times import seconds_of

_BATCHES_WITH_A_TURN = (
    ["message_posted"],
    ["opened", "message_posted"],
    ["offer_answered", "owner_changed"],
)
"""Batches that are written together with the turn they lead to, which saves a commit. After any other batch other work
may come first (an operator, triggers, members, the end of a turn): its turn is begun once it is written."""


def next_turn(state: State, turn_id: str = "") -> pb.TurnStarted | None:
    """The turn that the owner is to be given now; None: no turn begins.

    A turn begins in an active conversation that an agent owns, while no turn runs and no transfer is under way, if the
    contact has said something that nobody has answered, if a new owner has something to answer at once, or if somebody
    else than the contact opened it and the owner has not spoken. A message whose suggested answer was dropped counts as
    answered. An agent that failed on a message is not given it again.
    """
    view = state.view
    if not _is_due(state) or state.has_failed(view.owner.agent):
        return None
    return pb.TurnStarted(
        turn_id=turn_id,
        epoch=view.epoch,
        agent=view.owner.agent,
        through_sequence=state.sequence,
        transfer_id=state.handed.transfer_id if state.handed is not None else "",
    )


def needs_other_owner(state: State) -> bool:
    """Whether a turn is due and the owner has failed on its messages, so that somebody else has to have them."""
    return _is_due(state) and state.has_failed(state.view.owner.agent)


def _is_due(state: State) -> bool:
    """Whether an agent that owns the conversation has something to answer now."""
    view = state.view
    if view.status != pb.CONVERSATION_STATUS_ACTIVE or view.owner.WhichOneof("owner") != "agent":
        return False
    if state.turn is not None or state.transfer is not None or state.is_closed:
        return False
    has_message = bool(state.waiting) and state.waiting.last > state.dropped_through
    return has_message or owes_first_answer(state) or state.opening is not None


def start_turn(state: State, turn_id: str) -> list[ConversationEvent]:
    """The start of the owner's next turn; nothing if no turn begins."""
    started = next_turn(state, turn_id)
    return [] if started is None else [ConversationEvent(turn_started=started)]


def start_turn_after(state: State, batch: Sequence[ConversationEvent], turn_id: str) -> list[ConversationEvent]:
    """The start of the turn that is written together with a batch; nothing if that is decided after the batch."""
    if state.view.asked or [event.WhichOneof("event") for event in batch] not in _BATCHES_WITH_A_TURN:
        return []
    ahead = state.fork()
    for event in batch:
        apply(ahead, event)
    return start_turn(ahead, turn_id)


def seconds_to_gather(state: State, gather_seconds: float, now: float) -> float:
    """Seconds until a turn that is due may begin, so that the contact can finish; 0 or less: now."""
    brings_something = state.handed is not None and _brings_something(state.handed)
    if brings_something or state.opening is not None or state.latest is None:
        return 0.0
    return seconds_of(state.latest.timestamp) + gather_seconds - now


def owes_first_answer(state: State) -> bool:
    """Whether a new owner has something to answer at once: the contact never retypes.

    Where nothing is unanswered and the transfer names neither a message nor an intent, it waits for the contact.
    """
    handed = state.handed
    if handed is None or handed.waits:
        return False
    return _brings_something(handed) or bool(state.waiting)


def _brings_something(handed: pb.OwnerChanged) -> bool:
    """Whether a change of owner brings something to answer besides the contact's messages."""
    return bool(handed.user_message or handed.intent_id)


def is_pending(state: State) -> bool:
    """Whether the service has to do something for a conversation: a transfer, a turn, or to ask or tell somebody."""
    if state.for_contact:
        return True
    if state.is_closed:
        return False
    has_begun = state.transfer is not None or state.turn is not None or bool(state.view.asked)
    return has_begun or _is_due(state)
