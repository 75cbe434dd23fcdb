"""Who has a conversation when its owner failed or is away, and how it returns to an owner that was away. Pure."""

from collections.abc import Sequence

from botmesh.v1.conversation_pb2 import Owner
from botmesh.v1.part_pb2 import Part
from botmesh_conversations.model.rules import Events
from botmesh_conversations.model.state import DESK, State, name_of
from botmesh_conversations.model.transfer_rules import ROUND_TRIPS, move, moves_between


def replace_owner(
    state: State, owner: Owner, reason: str, unanswered: Sequence[Part] = (), *, was_away: bool = False
) -> Events:
    """Give the conversation of an owner that failed or is away to somebody else.

    A user message that the owner's turn came by goes along. Where the desk gets a message that waits, the contact is
    told `unanswered`.
    """
    events = move(state, owner, reason)
    handed = state.turn.handed if state.turn is not None else None
    for event in events:
        event.owner_changed.owner_was_away = was_away
        if handed is not None:
            event.owner_changed.user_message.extend(handed.user_message)
        if name_of(owner) == DESK and state.waiting:
            event.owner_changed.handoff_message.extend(unanswered)
    return events


def return_to_owner(state: State, agent: str, now: float) -> Events:
    """Give the conversation back to the agent that was away.

    Nothing if somebody claimed or moved it meanwhile, or if it went there and back too often of late.
    """
    if not agent or state.view.returns_to != agent or state.has_failed(agent):
        return []
    if moves_between(state, agent, DESK, now) >= 2 * ROUND_TRIPS:
        return []
    return move(state, Owner(agent=agent), f"{agent} is back")
