"""How conversations begin, end and follow their contact: rules as in rules.py. Pure."""

from collections.abc import Sequence

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh_conversations.model.rules import Events, must_exist, overtaken
from botmesh_conversations.model.state import State


def open_for(state: State, opened: pb.ConversationOpened) -> Events:
    """Open a conversation in which the contact does not say the first word; nothing if it is open."""
    return [] if state.sequence else [ConversationEvent(opened=opened)]


def raise_alert(state: State, opened: pb.ConversationOpened, said: pb.AgentSaid) -> Events:
    """Put an alert of an agent into the desk's queue; nothing if it is there."""
    if state.sequence:
        return []
    events = [ConversationEvent(opened=opened)]
    return [*events, ConversationEvent(agent_said=said)] if said.payload else events


def close(state: State, closed: pb.ConversationClosed) -> Events:
    """End a conversation: with the turn that runs, if whoever has that turn ends it; nothing if it has ended."""
    if state.is_closed:
        return []
    must_exist(state)
    if state.turn is not None and closed.cause in (pb.CLOSE_CAUSE_AGENT, pb.CLOSE_CAUSE_OUTCOME):
        requested = pb.CloseRequested(closed=closed)
        return [] if state.closing is not None else [ConversationEvent(close_requested=requested)]
    events: Events = []
    if state.turn is not None:
        finished = pb.TurnFinished(turn_id=state.turn.turn_id, outcome=pb.TURN_OUTCOME_OVERTAKEN)
        events.append(ConversationEvent(turn_finished=finished))
    if state.transfer is not None:
        failed = pb.TransferFailed(
            transfer_id=state.transfer.transfer_id,
            failure=pb.TRANSFER_FAILURE_UNAVAILABLE,
            reason="the conversation was closed",
        )
        events.append(ConversationEvent(transfer_failed=failed))
    return [*events, ConversationEvent(closed=closed)]


def close_after_turn(state: State, batch: Sequence[ConversationEvent]) -> Events:
    """The end of a conversation that was to end with its turn, if the batch ends that turn with an answer.

    A message that came meanwhile keeps the conversation open: it is answered first.
    """
    if state.closing is None or state.turn is None:
        return []
    if not any(event.turn_finished.outcome == pb.TURN_OUTCOME_ANSWERED for event in batch):
        return []
    if state.waiting and state.waiting.last > state.turn.through:
        return []
    return [ConversationEvent(closed=state.closing)]


def follow(
    state: State, contact_id: str, sequence: int, values: pb.ContactValues, events: Sequence[ConversationEvent]
) -> Events:
    """Carry what happened to the contact. `sequence`, `values`: how the contact `contact_id` stands now."""
    if not state.view.conversation_id or state.is_closed:
        return []
    if state.view.contact_id != contact_id:  # it was merged: the sequence that is known is another stream's
        replaced = ConversationEvent(
            contact_replaced=pb.ContactReplaced(contact_id=contact_id, values=values), contact_sequence=sequence
        )
        return [*overtaken(state, values.status), replaced]
    carried: Events = []
    for event in events:
        if event.sequence <= state.view.contact_sequence:
            continue
        copy = ConversationEvent()
        copy.CopyFrom(event)
        copy.contact_sequence = event.sequence
        for name in ("position", "sequence", "conversation_id", "time", "trace_id"):
            copy.ClearField(name)
        if event.HasField("status_changed"):
            carried += overtaken(state, event.status_changed.status)
        carried.append(copy)
    return carried
