"""Tells a callee to end the work of an invocation."""

import grpc
from google.protobuf.message import DecodeError

from botmesh.calling.invocation import Invocation
from botmesh.calling.peers import Peer
from botmesh.errors import BotmeshError
from botmesh.fields import check_fields
from botmesh.v1 import agent_service_pb2 as pb

CANCEL_TIMEOUT = 1.0
"""Seconds for one Cancel call."""


async def cancel_at(peer: Peer, invocation: Invocation, reason: str = "the caller gave up") -> list[pb.CancelReceipt]:
    """End the work of an invocation at one instance and all work below it.

    Returns one receipt for each hop. If the instance does not answer within CANCEL_TIMEOUT, or its answer cannot be
    used, the only receipt says that it is unreachable. Nothing is raised.
    """
    request = pb.CancelRequest(
        message_id=invocation.message.message_id,
        from_agent=invocation.message.from_agent,
        account_id=invocation.chain.account_id,
        reason=reason,
    )
    try:
        response = pb.CancelResponse.FromString(await peer.unary("Cancel", request.SerializeToString(), CANCEL_TIMEOUT))
        check_fields(response)
    except (BotmeshError, DecodeError, grpc.aio.UsageError):  # UsageError: this process closes its channels
        return [unreachable_receipt(invocation, peer.id)]
    return list(response.receipts)


def unreachable_receipt(invocation: Invocation, instance: str) -> pb.CancelReceipt:
    """The receipt for an instance that could not be told to end the work."""
    return pb.CancelReceipt(
        agent=invocation.target,
        instance_id=instance,
        message_id=invocation.message.message_id,
        outcome=pb.CANCEL_OUTCOME_UNREACHABLE,
    )
