"""Assignments that wait for the end of the turn in which the owner itself fired their action. Pure."""

from botmesh.errors import BotmeshError, TransferOpen
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh_conversations.model import transfer_rules
from botmesh_conversations.model.rules import Events
from botmesh_conversations.model.state import State, name_of
from botmesh_conversations.model.variables import check_size


def defer_transfer(state: State, wanted: TransferConversationRequest, now: float) -> Events:
    """Let an assignment wait for the end of the turn that runs; nothing if one to the same target waits already."""
    if state.deferred is not None:
        if state.deferred.target == wanted.target:
            return []
        raise TransferOpen(
            f"the assignment to {name_of(state.deferred.target)} waits for the end of the turn",
            transfer_id=state.deferred.transfer_id,
        )
    transfer_rules.check_move(state, wanted, now)
    check_size(state.view.context, wanted.context)
    return [ConversationEvent(transfer_deferred=pb.TransferDeferred(transfer=transfer_rules.requested(wanted)))]


def request_deferred(state: State, now: float, offer_seconds: float) -> Events:
    """Ask for the transfer that waited, now that the turn has ended; one that is refused meanwhile has failed."""
    deferred = state.deferred
    if deferred is None or state.turn is not None or state.transfer is not None or state.is_closed:
        return []
    wanted = TransferConversationRequest(target=deferred.target, initiator=deferred.initiator)
    try:
        transfer_rules.check_move(state, wanted, now)
    except BotmeshError as error:
        failed = pb.TransferFailed(
            transfer_id=deferred.transfer_id,
            failure=pb.TRANSFER_FAILURE_UNAVAILABLE,
            reason=f"{error.reason}: {error.text}",
        )
        return [ConversationEvent(transfer_failed=failed)]
    return transfer_rules.begin(state, deferred, now, offer_seconds)
