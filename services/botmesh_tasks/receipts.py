"""Receipts: messages that tell the agent that submitted a task of the task's end."""

import asyncio
import time

from botmesh.calling.agent_client import AgentClient
from botmesh.calling.invocation import Invocation
from botmesh.chain import Chain
from botmesh.errors import BotmeshError
from botmesh.limits import seconds
from botmesh.v1 import agent_service_pb2 as agent_api
from botmesh.v1.message_pb2 import MESSAGE_TYPE_ERROR, MESSAGE_TYPE_RESPONSE, Message
from botmesh.v1.part_pb2 import Part
from botmesh.v1.task_state_pb2 import TASK_STATE_COMPLETED, TaskState
from botmesh_service.times import seconds_of
from botmesh_tasks.aggregate import TaskAggregate
from botmesh_tasks.work import is_lost

RECEIPT_TIMEOUT = 30.0
"""Seconds that the agent has to acknowledge a receipt."""
PAUSES = 0.1, 10.0
"""The first and the longest pause, in seconds, before a receipt is sent again."""


async def send_receipt(live: TaskAggregate, client: AgentClient) -> str:
    """Send the receipt of a task that has ended, and again while the agent is away, until the queue timeout passes.

    Returns:
        The reason of the error that the last try failed with; empty if the agent took the receipt.
    """
    view = live.state.view
    until = seconds_of(view.updated_at) + seconds(view.queue_timeout)
    first_pause, max_pause = PAUSES
    pause = first_pause
    while True:
        message = _receipt(live)
        chain = Chain(
            correlation_id=message.correlation_id,
            conversation_id=message.conversation_id,
            account_id=live.account,
        )
        invocation = Invocation(view.from_agent, message, chain, RECEIPT_TIMEOUT, context=live.context)
        try:
            request = agent_api.NotifyRequest(message=message)
            await client.unary("Notify", invocation, request, agent_api.NotifyResponse.FromString)
        except BotmeshError as error:
            if not is_lost(error) or time.time() + pause > until:
                return error.reason
            await asyncio.sleep(pause)
            pause = min(max_pause, pause * 2)
        else:
            return ""


def _receipt(live: TaskAggregate) -> Message:
    """The message of a receipt: the payload of the reply, or the text of the error."""
    view = live.state.view
    done = view.state == TASK_STATE_COMPLETED
    payload = view.reply.message.payload if done else [Part(text=view.text)]
    message = Message(
        from_agent=view.agent.rpartition("/")[2],
        to_agent=view.from_agent.rpartition("/")[2],
        message_type=MESSAGE_TYPE_RESPONSE if done else MESSAGE_TYPE_ERROR,
        payload=payload,
        correlation_id=view.request.correlation_id,
        message_id=f"{view.task_id[:56]}.receipt",
        conversation_id=view.request.conversation_id,
        account_id=live.account,
        in_reply_to=view.task_id,
        task_id=view.task_id,
    )
    state = TaskState.Name(view.state).removeprefix("TASK_STATE_").lower()
    message.context.update({"state": state, "reason": view.reason, "agent": view.agent})
    return message
