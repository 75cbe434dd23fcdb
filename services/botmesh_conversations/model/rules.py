"""What may happen to a conversation: each rule looks at the state and gives the events, or refuses. Pure."""

from collections.abc import Sequence

from google.protobuf.struct_pb2 import Struct

from botmesh.errors import (
    ConversationClosed,
    EpochChanged,
    InvalidField,
    NotClaimed,
    UnknownConversation,
    UnknownSuggestion,
)
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.part_pb2 import Part
from botmesh.v1.transfer_pb2 import (
    ConversationMode,
)
from botmesh_conversations.model.contact_rules import check_pause
from botmesh_conversations.model.state import State, name_of
from botmesh_conversations.model.variables import check_size, set_for

Events = list[ConversationEvent]


def check_epoch(state: State, epoch: int) -> None:
    """Refuse whoever thinks of another owner than the present one."""
    if epoch and epoch != state.view.epoch:
        owner = name_of(state.view.owner)
        raise EpochChanged(
            f"the conversation has changed hands: {owner} has it now, in epoch {state.view.epoch}",
            epoch=state.view.epoch,
            owner=owner,
        )


def post(
    state: State, message_id: str, payload: Sequence[Part], context: Struct, opening: pb.ConversationOpened
) -> Events:
    """The contact says something; the first thing opens the conversation. A repeat is nothing new."""
    if message_id in state.message_ids:
        return []
    must_be_open(state)
    events = [] if state.sequence else [ConversationEvent(opened=opening)]
    if context.fields:
        check_size(state.view.context, context)
        events.append(ConversationEvent(context_changed=pb.ContextChanged(values=context)))
    events.append(ConversationEvent(message_posted=pb.MessagePosted(message_id=message_id, payload=payload)))
    return events


def must_be_open(state: State) -> None:
    """Refuse what cannot be done to a conversation that has ended.

    Raises:
        ConversationClosed: it has.
    """
    if state.is_closed:
        raise ConversationClosed(
            "the conversation has ended: the contact's next message opens a new one",
            conversation_id=state.view.conversation_id,
        )


def must_own(state: State, agent: str) -> None:
    """Refuse an agent that does not own the conversation.

    Raises:
        EpochChanged: somebody else owns it now.
    """
    owner = name_of(state.view.owner)
    if owner != agent:
        text = f"{agent} does not have the conversation: {owner} does, in epoch {state.view.epoch}"
        raise EpochChanged(text, epoch=state.view.epoch, owner=owner)


def must_exist(state: State) -> None:
    """Refuse what cannot be done to a conversation that never began.

    Raises:
        UnknownConversation: it never did.
    """
    if not state.view.conversation_id:
        raise UnknownConversation("no such conversation: `botmesh conversations` lists them")


def finish_turn(state: State, turn_id: str, epoch: int, finished: pb.TurnFinished) -> Events:
    """A turn's one final reply; one that comes too late is kept apart."""
    if state.turn is None or state.turn.turn_id != turn_id or state.view.epoch != epoch:
        if not finished.payload:
            return []
        late = pb.LateReply(turn_id=turn_id, epoch=epoch, payload=finished.payload)
        return [ConversationEvent(late_reply=late)]
    return [ConversationEvent(turn_finished=finished)]


def cap_replies(state: State, max_replies: int) -> Events:
    """Pause a bot that has just given its last reply; 0: it may go on for ever."""
    replies = state.replies + 1
    if not max_replies or replies < max_replies:
        return []
    paused = pb.StatusChanged(status=pb.CONVERSATION_STATUS_PAUSED, reason=f"{replies} replies of bots are the limit")
    return [ConversationEvent(status_changed=paused)]


def suggest(state: State, suggested: pb.ReplySuggested, epoch: int) -> Events:
    """In suggestive mode a reply waits for approval; one that comes too late is kept apart."""
    if state.turn is None or state.turn.turn_id != suggested.turn_id or state.view.epoch != epoch:
        late = pb.LateReply(turn_id=suggested.turn_id, epoch=epoch, payload=suggested.payload)
        return [ConversationEvent(late_reply=late)] if suggested.payload else []
    return [ConversationEvent(reply_suggested=suggested)]


def approve(state: State, turn_id: str, person: str, payload: Sequence[Part]) -> Events:
    """Let a suggestion go out, as it is or edited."""
    waiting = _suggestion(state, turn_id)
    if waiting is None:
        return []
    finished = pb.TurnFinished(
        turn_id=turn_id,
        outcome=pb.TURN_OUTCOME_ANSWERED,
        payload=payload or waiting.payload,
        agent=waiting.agent,
        usage=waiting.usage,
        approved_by=person,
    )
    return [ConversationEvent(turn_finished=finished)]


def drop(state: State, turn_id: str, person: str, reason: str) -> Events:
    """Turn a suggestion down, or let it end."""
    if _suggestion(state, turn_id) is None:
        return []
    dropped = pb.SuggestionDropped(turn_id=turn_id, person=person, reason=reason)
    return [ConversationEvent(suggestion_dropped=dropped)]


def set_mode(state: State, mode: ConversationMode) -> Events:
    """How the conversation's replies go out from the next turn on."""
    must_be_open(state)
    return [] if state.view.mode == mode else [ConversationEvent(mode_changed=pb.ModeChanged(mode=mode))]


def _suggestion(state: State, turn_id: str) -> pb.ReplySuggested | None:
    """The suggestion that is meant; None: it was approved or dropped before.

    Raises:
        UnknownSuggestion: there never was one of that turn.
    """
    if state.view.HasField("suggestion") and state.view.suggestion.turn_id == turn_id:
        return state.view.suggestion
    if any(entry.message_id == turn_id for entry in reversed(state.history)):
        return None
    raise UnknownSuggestion("no reply of this turn waits for approval: look at the conversation again", turn_id=turn_id)


def set_status(state: State, changed: pb.StatusChanged) -> Events:
    """Pause, stop or activate the conversation alone; a turn that runs is overtaken. Nothing if it stands so.

    Raises:
        ConversationStopped: a pause of what is stopped.
    """
    must_be_open(state)
    view = state.view
    check_pause(view.status, changed.status)
    same_end = view.HasField("paused_until") == changed.HasField("until") and view.paused_until == changed.until
    if view.status == changed.status and same_end:
        return []
    return [*overtaken(state, changed.status), ConversationEvent(status_changed=changed)]


def overtaken(state: State, status: int) -> Events:
    """The end of the turn that runs, where nobody is to be answered any more."""
    if state.turn is None or status in (pb.CONVERSATION_STATUS_ACTIVE, pb.CONVERSATION_STATUS_UNSPECIFIED):
        return []
    finished = pb.TurnFinished(turn_id=state.turn.turn_id, outcome=pb.TURN_OUTCOME_OVERTAKEN)
    return [ConversationEvent(turn_finished=finished)]


def claim(state: State, person: str) -> Events:
    """A person takes it from the queue: one wins; claiming twice is claiming once."""
    must_be_open(state)
    owner = state.view.owner
    if owner.WhichOneof("owner") != "desk" or owner.desk not in ("", person):
        raise NotClaimed(
            f"{owner.desk or name_of(owner)} has the conversation: ask for a transfer", owner=name_of(owner)
        )
    return [] if owner.desk == person else [ConversationEvent(desk_claimed=pb.DeskClaimed(person=person))]


def reply(state: State, replied: pb.PersonReplied) -> Events:
    """A person answers, or leaves a note; a repeat is nothing new. Answering for a bot pauses the bot."""
    if replied.message_id in state.message_ids:
        return []
    said = [ConversationEvent(person_replied=replied)]
    if replied.note:
        return said
    must_be_open(state)
    if state.view.owner.WhichOneof("owner") == "agent":
        paused = pb.StatusChanged(status=pb.CONVERSATION_STATUS_PAUSED, reason=f"{replied.person} answered")
        return said + set_status(state, paused)
    must_hold(state, replied.person)
    return said


def must_hold(state: State, person: str) -> None:
    """Refuse whoever has not claimed the conversation."""
    if not person:
        raise InvalidField("person says who answers: it cannot be empty", field="person")
    owner = state.view.owner
    if owner.WhichOneof("owner") != "desk" or owner.desk != person:
        raise NotClaimed(f"{person} does not hold this conversation: claim it first", owner=name_of(owner))


def release(state: State, reason: str) -> Events:
    """A conversation that a person holds goes back to the queue."""
    released = pb.DeskReleased(person=state.view.owner.desk, reason=reason)
    return [ConversationEvent(desk_released=released)]


def set_context(state: State, values: Struct, now: float, seconds: float | None) -> Events:
    """Set variables for so many seconds, or until they are deleted."""
    check_size(state.view.context, values)
    return [ConversationEvent(context_changed=set_for(values, now, seconds))]


def delete_context(state: State, names: Sequence[str]) -> Events:
    """Delete variables, or all of them; nothing if none is there."""
    there = [name for name in (names or sorted(state.view.context.fields)) if name in state.view.context.fields]
    return [ConversationEvent(context_changed=pb.ContextChanged(removed=there))] if there else []


def record_outcome(state: State, outcome: pb.Outcome) -> Events:
    """Say what came of it, to the credit of the last agent; nothing if that was said before."""
    merged = pb.Outcome()
    merged.CopyFrom(state.view.outcome)
    merged.MergeFrom(outcome)
    if merged == state.view.outcome:
        return []
    return [ConversationEvent(outcome_recorded=pb.OutcomeRecorded(outcome=outcome, agent=state.last_agent))]


def note_away(state: State) -> Events:
    """No instance of the owner is ready for what waits: said once for a message."""
    newest = state.waiting.last
    if not newest or newest <= state.away_through:
        return []
    away = pb.OwnerAway(agent=state.view.owner.agent, message_sequence=newest)
    return [ConversationEvent(owner_away=away)]
