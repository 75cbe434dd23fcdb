"""What may happen with transfers and owners: each rule looks at the state and gives the events, or refuses. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from botmesh.errors import (
    ConversationStopped,
    PingPong,
    TransferOpen,
    TransferToSelf,
)
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh.v1.part_pb2 import Part
from botmesh.v1.transfer_pb2 import (
    TRANSFER_DECISION_ACCEPTED,
    TRANSFER_INITIATOR_AGENT,
    TRANSFER_INITIATOR_OPERATOR,
)
from botmesh_conversations.model.rules import Events, check_epoch, must_be_open
from botmesh_conversations.model.saying import said
from botmesh_conversations.model.state import DESK, State, name_of
from botmesh_conversations.model.variables import check_size

ROUND_TRIPS = 3
"""Transfers there and back between the same two in ..."""
ROUND_TRIP_WINDOW = 600.0
"""... so many seconds; one more is refused, whoever asks."""


@dataclass(frozen=True, slots=True)
class Offer:
    """How the target answered, as far as it did."""

    decision: int = 0
    reason: str = ""
    failure: int = 0
    """Why there is no decision: a TransferFailure."""


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
