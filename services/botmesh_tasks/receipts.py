"""Receipts: the agent that submitted a task is told of its end."""

import asyncio
import time

from botmesh.calling.agent_client import AgentClient, Invocation
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
"""Seconds that the agent has to take a receipt."""
PAUSES = 0.1, 10.0
"""Seconds before an agent that is away is told again, at first and at most."""


async def send_receipt(live: TaskAggregate, caller: AgentClient) -> str:
    """Tell the agent that submitted a task of its end, while it may still come back; empty, or why it was not told."""
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
        ask = Invocation(view.from_agent, message, chain, RECEIPT_TIMEOUT, context=live.context)
        try:
            request = agent_api.NotifyRequest(message=message)
            await caller.unary("Notify", ask, request, agent_api.NotifyResponse.FromString)
        except BotmeshError as error:
            if not is_lost(error) or time.time() + pause > until:
                return error.reason
            await asyncio.sleep(pause)
            pause = min(max_pause, pause * 2)
        else:
            return ""


def _receipt(live: TaskAggregate) -> Message:
    """The message that tells of the end: the reply, or why there is none."""
    view = live.state.view
    done = view.state == TASK_STATE_COMPLETED
    said = view.reply.message.payload if done else [Part(text=view.text)]
    message = Message(
        from_agent=view.agent.rpartition("/")[2],
        to_agent=view.from_agent.rpartition("/")[2],
        message_type=MESSAGE_TYPE_RESPONSE if done else MESSAGE_TYPE_ERROR,
        payload=said,
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
