"""What may happen to a conversation: each rule looks at the state and gives the events, or refuses. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.struct_pb2 import Struct

from botmesh.errors import (
    ConversationClosed,
    ConversationStopped,
    EpochChanged,
    InvalidField,
    NotClaimed,
    PingPong,
    TransferOpen,
    TransferToSelf,
    UnknownConversation,
    UnknownSuggestion,
)
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh.v1.part_pb2 import Part
from botmesh.v1.transfer_pb2 import (
    TRANSFER_DECISION_ACCEPTED,
    TRANSFER_INITIATOR_AGENT,
    TRANSFER_INITIATOR_OPERATOR,
    ConversationMode,
)
from botmesh_conversations.model.contact_rules import check_pause
from botmesh_conversations.model.saying import said
from botmesh_conversations.model.state import DESK, State, name_of
from botmesh_conversations.model.variables import check_size, set_for

ROUND_TRIPS = 3
"""Transfers there and back between the same two in ..."""
ROUND_TRIP_WINDOW = 600.0
"""... so many seconds; one more is refused, whoever asks."""

Events = list[ConversationEvent]


@dataclass(frozen=True, slots=True)
class Offer:
    """How the target answered, as far as it did."""

    decision: int = 0
    reason: str = ""
    failure: int = 0
    """Why there is no decision: a TransferFailure."""


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
        return [*_overtaken(state, values.status), replaced]
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
            carried += _overtaken(state, event.status_changed.status)
        carried.append(copy)
    return carried


def request_transfer(state: State, wanted: TransferConversationRequest, now: float, offer_seconds: float) -> Events:
    """Ask for a transfer. One to the desk is done at once; nobody has to be asked there."""
    if wanted.transfer_id in state.transfers:
        return []
    must_be_open(state)
    check_epoch(state, wanted.epoch)
    if state.transfer is not None:
        if state.transfer.transfer_id == wanted.transfer_id:
            return []
        raise TransferOpen(
            f"transfer {state.transfer.transfer_id} to {name_of(state.transfer.target)} is under way: wait for it",
            transfer_id=state.transfer.transfer_id,
        )
    check_move(state, wanted, now)
    check_size(state.view.context, wanted.context)
    return [*_activated(state), *begin(state, requested(wanted), now, offer_seconds)]


def requested(wanted: TransferConversationRequest) -> pb.TransferRequested:
    """A wanted transfer as an event; epoch and expiry are filled in when it begins."""
    return pb.TransferRequested(
        transfer_id=wanted.transfer_id,
        target=wanted.target,
        initiator=wanted.initiator or TRANSFER_INITIATOR_OPERATOR,
        intent_id=wanted.intent_id,
        user_message=said(wanted.user_message),
        context=wanted.context,
        handoff_message=said(wanted.handoff_message),
        reason=wanted.reason,
        mode=wanted.mode,
        fallback=wanted.fallback if wanted.HasField("fallback") else None,
    )


def begin(state: State, transfer: pb.TransferRequested, now: float, offer_seconds: float) -> Events:
    """The request of a transfer in the present epoch, and the change of owner where the target is the desk."""
    request = pb.TransferRequested()
    request.CopyFrom(transfer)
    request.epoch = state.view.epoch
    request.expires_at.FromNanoseconds(int((now + offer_seconds) * 1e9))
    events = [ConversationEvent(transfer_requested=request)]
    if name_of(request.target) == DESK:
        events += hand_over(state, request, request.target)
    return events


def answer_offer(
    state: State, transfer_id: str, offer: Offer, fallback: Owner | None, unanswered: Sequence[Part] = ()
) -> Events:
    """Write down what the target answered, or that it did not.

    Args:
        state: the conversation.
        transfer_id: the transfer that the offer belongs to.
        offer: what the target said.
        fallback: takes over from a target that does not take it; None, or the present owner: the owner stays.
        unanswered: what the contact is told where the fallback is the desk and a message waits.
    """
    open_transfer = state.transfer
    if open_transfer is None or open_transfer.transfer_id != transfer_id:
        return []  # somebody was faster
    events: Events = []
    if offer.decision:
        answered = pb.OfferAnswered(transfer_id=transfer_id, decision=offer.decision, reason=offer.reason)  # type: ignore[arg-type]
        events.append(ConversationEvent(offer_answered=answered))
    if offer.decision == TRANSFER_DECISION_ACCEPTED:
        return events + hand_over(state, open_transfer, open_transfer.target)
    failed = pb.TransferFailed(
        transfer_id=transfer_id,
        failure=offer.failure or pb.TRANSFER_FAILURE_DECLINED,  # type: ignore[arg-type]
        reason=offer.reason,
    )
    if fallback is None or name_of(fallback) == name_of(state.view.owner):
        return [*events, ConversationEvent(transfer_failed=failed)]
    # The intent and the handoff message are for the target: the fallback gets neither.
    for_fallback = pb.TransferRequested()
    for_fallback.CopyFrom(open_transfer)
    for name in ("intent_id", "handoff_message", "fallback"):
        for_fallback.ClearField(name)
    if name_of(fallback) == DESK and state.waiting:
        for_fallback.handoff_message.extend(unanswered)
    return events + hand_over(state, for_fallback, fallback, why=f"{name_of(open_transfer.target)}: {offer.reason}")


def hand_over(state: State, transfer: pb.TransferRequested, owner: Owner, why: str = "") -> Events:
    """Change the owner, and end the old owner's turn."""
    events: Events = []
    if state.turn is not None:
        finished = pb.TurnFinished(turn_id=state.turn.turn_id, outcome=pb.TURN_OUTCOME_TRANSFERRED)
        events.append(ConversationEvent(turn_finished=finished))
    changed = pb.OwnerChanged(
        transfer_id=transfer.transfer_id,
        epoch=state.view.epoch + 1,
        owner=owner,
        previous=state.view.owner,
        reason=why or transfer.reason,
        intent_id=transfer.intent_id,
        user_message=transfer.user_message,
        handoff_message=transfer.handoff_message,
        context=transfer.context,
        mode=transfer.mode,
        initiator=transfer.initiator,
        fallback=transfer.fallback if transfer.HasField("fallback") else None,
    )
    return [*events, ConversationEvent(owner_changed=changed)]


def move(state: State, owner: Owner, reason: str, *, waits: bool = False) -> Events:
    """The mesh itself gives the conversation to somebody else, who may wait for the contact; nothing if it is there."""
    if name_of(owner) == name_of(state.view.owner):
        return []
    moved = pb.OwnerChanged(
        epoch=state.view.epoch + 1, owner=owner, previous=state.view.owner, reason=reason, waits=waits
    )
    return [ConversationEvent(owner_changed=moved)]


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
    return [*_overtaken(state, changed.status), ConversationEvent(status_changed=changed)]


def _overtaken(state: State, status: int) -> Events:
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


def check_move(state: State, wanted: TransferConversationRequest, now: float) -> None:
    """Refuse a transfer to the owner itself, a bot's of a stopped conversation, and one too many there and back."""
    here, there = name_of(state.view.owner), name_of(wanted.target)
    if here == there and (here != DESK or state.view.owner.desk == wanted.target.desk or not wanted.target.desk):
        raise TransferToSelf(f"{here} has the conversation already", owner=here)
    if state.view.status == pb.CONVERSATION_STATUS_STOPPED and wanted.initiator == TRANSFER_INITIATOR_AGENT:
        raise ConversationStopped("the conversation is stopped: an operator can activate it")
    recent = moves_between(state, here, there, now)
    if recent >= 2 * ROUND_TRIPS:
        raise PingPong(
            f"{here} and {there} have passed the conversation {recent} times in {ROUND_TRIP_WINDOW / 60:.0f} minutes: "
            "answer it, or transfer it to somebody else",
            limit=ROUND_TRIPS,
            window=f"{ROUND_TRIP_WINDOW:g}",
        )


def moves_between(state: State, here: str, there: str, now: float) -> int:
    """How often two owners have passed the conversation to each other of late."""
    pair = {here, there}
    return sum(at > now - ROUND_TRIP_WINDOW and {source, target} == pair for at, source, target in state.moves)


def _activated(state: State) -> Events:
    """An operator's or a trigger's assignment wakes a stopped conversation."""
    if state.view.status != pb.CONVERSATION_STATUS_STOPPED:
        return []
    changed = pb.StatusChanged(status=pb.CONVERSATION_STATUS_ACTIVE, reason="assigned")
    return [ConversationEvent(status_changed=changed)]
