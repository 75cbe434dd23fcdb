"""Serves AgentService by a bot's functions. The policies run before and after these methods."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from botmesh.calling.agent_client import AgentClient
from botmesh.conversation import Conversation
from botmesh.errors import AgentError, BotmeshError, InvalidField, NotSupported
from botmesh.policies import current_call
from botmesh.reply import Pieces
from botmesh.serving.runs import Functions, Run, Runs
from botmesh.task import Task
from botmesh.transport.context import ServicerContext
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1 import instance_pb2, message_pb2
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.agent_service_pb2_grpc import AgentServiceServicer
from botmesh.v1.link_pb2 import LinkRequest, LinkResponse
from botmesh.v1.message_pb2 import Message
from botmesh.v1.transfer_pb2 import (
    TRANSFER_DECISION_ACCEPTED,
    TRANSFER_DECISION_DECLINED,
)
from botmesh.v1.turn_pb2 import Turn
from botmesh.work.work import Work

logger = logging.getLogger("botmesh")

RECEIPT_TIMEOUT = 0.8
"""Seconds that a cancelled agent waits for receipts from the agents below, less than its own caller waits."""


class AgentServicer(AgentServiceServicer):
    """Maps the RPC methods of AgentService to a bot's functions."""

    def __init__(
        self,
        card: AgentCard,
        functions: Functions,
        client: AgentClient,
        readiness: Callable[[], instance_pb2.Readiness],
    ) -> None:
        """Serve the agent of `card` by its `functions`.

        Args:
            card: the agent's card.
            functions: the bot's functions.
            client: makes the calls of the functions to other agents.
            readiness: returns the readiness of the instance.
        """
        self.card = card
        self.functions = functions
        self.client = client
        self.readiness = readiness
        self._runs = Runs(card.name, client.endpoint.instance, functions)

    async def Delegate(self, request: pb.DelegateRequest, context: ServicerContext) -> pb.DelegateResponse:
        """Do a task, and return the whole reply."""
        work = self._work(request.message, self._runs.delegation)
        reply = await work.result(message_pb2.Reply)  # tasks and transfers never share a fingerprint
        return pb.DelegateResponse(reply=_pieces(work).whole(reply))

    async def DelegateStream(
        self, request: pb.DelegateStreamRequest, context: ServicerContext
    ) -> AsyncIterator[pb.DelegateStreamResponse]:
        """Do a task or a turn, and yield the events of the reply as they come."""
        if request.HasField("turn"):
            intent = request.turn.transfer.intent_id or request.turn.opening.intent_id
            work = self._work(request.message, lambda: self._runs.turn(intent), request.turn)
        else:
            work = self._work(request.message, self._runs.delegation)
        call = current_call()
        until = None if call.deadline is None else call.deadline.at
        idle = call.limits.stream_idle_timeout
        async with aclosing(work.read(request.after_sequence, idle=idle, until=until)) as events:
            async for event in events:
                yield event
        yield pb.DelegateStreamResponse(sequence=work.last + 1, reply=work.outcome_as(message_pb2.Reply))

    async def Notify(self, request: pb.NotifyRequest, context: ServicerContext) -> pb.NotifyResponse:
        """Start work that nobody waits for, and acknowledge the message."""
        message = request.message
        work = self._work(message, lambda: self._runs.notification(message.message_type))
        work.detach()
        return pb.NotifyResponse(ack=self._runs.ack(work, message))

    async def Transfer(self, request: pb.TransferRequest, context: ServicerContext) -> pb.TransferResponse:
        """Ask the bot whether it accepts an offered conversation."""
        if not request.offer.transfer_id:
            raise InvalidField("an offer needs a transfer_id", field="offer.transfer_id")
        decide = self.functions.transfer
        if decide is None:
            takes = self.functions.for_turn(request.offer.intent_id) is not None
            return pb.TransferResponse(
                transfer_id=request.offer.transfer_id,
                decision=TRANSFER_DECISION_ACCEPTED if takes else TRANSFER_DECISION_DECLINED,
                reason="" if takes else f"{self.card.name} takes no conversations",
            )
        work = self._work(request.message, lambda: self._runs.offer(decide, request.offer))
        return await work.result(pb.TransferResponse)

    async def Cancel(self, request: pb.CancelRequest, context: ServicerContext) -> pb.CancelResponse:
        """Cancel work here and below, and return one receipt for each hop."""
        if not request.message_id:
            raise InvalidField("message_id names the work to cancel: it cannot be empty", field="message_id")
        endpoint = self.client.endpoint
        key = request.account_id or endpoint.account, request.from_agent, request.message_id
        work = endpoint.works.find(key)
        outcome = pb.CANCEL_OUTCOME_UNKNOWN
        below: list[pb.CancelReceipt] = []
        if work is not None and work.settled:
            outcome = pb.CANCEL_OUTCOME_TOO_LATE
        elif work is not None:
            outcome = pb.CANCEL_OUTCOME_STOPPED
            work.cancel(request.reason or "the caller gave up")
            below = await _receipts(work)
        own = pb.CancelReceipt(
            agent=endpoint.agent, instance_id=endpoint.instance, message_id=request.message_id, outcome=outcome
        )
        return pb.CancelResponse(receipts=[own, *below])

    def Link(
        self, request_iterator: AsyncIterator[LinkRequest], context: ServicerContext
    ) -> AsyncIterator[LinkResponse]:
        """Refuse: the transport serves links before they get here (transport/link_server.py)."""
        raise NotSupported("links are served by the transport", method="Link")

    async def GetCard(self, request: pb.GetCardRequest, context: ServicerContext) -> pb.GetCardResponse:
        """Return the agent's card, its instance and its readiness."""
        return pb.GetCardResponse(card=self.card, instance_id=self.client.endpoint.instance, readiness=self.readiness())

    async def GetStats(self, request: pb.GetStatsRequest, context: ServicerContext) -> pb.GetStatsResponse:
        """Return the counts since the process started."""
        endpoint = self.client.endpoint
        response = endpoint.stats.to_proto()
        response.instance_id = endpoint.instance
        response.in_flight = len(endpoint.works.running)
        response.outgoing_in_flight = sum(endpoint.outgoing.values())
        response.remembered = len(endpoint.works)
        return response

    def _work(self, message: Message, find_run: Callable[[], Run], turn: Turn | None = None) -> Work:
        """Return the work of the current call, and start it if the call does not join running work."""
        call = current_call()
        work = call.claimed_work
        if not work.began:
            run = find_run()
            task = Task(call, message, self.client) if turn is None else Conversation(call, message, self.client, turn)
            work.start(self._guarded(work, task, run))
        return work

    async def _guarded(self, work: Work, task: Task, run: Run) -> Any:
        """Run the work. The cause of an unexpected failure goes to the log, and never to the caller."""
        agent = self.card.name
        try:
            return await run(task, work)
        except BotmeshError:
            raise
        except (Exception, SystemExit, KeyboardInterrupt):  # a task that exits must not end the others
            logger.exception("%s failed; trace %s", agent, task.trace_id or "none")
            raise AgentError(f"{agent} failed inside; its log has the cause under this trace id") from None


def _pieces(work: Work) -> Pieces:
    pieces = Pieces()
    for event in work.events:
        pieces.take(event)
    return pieces


async def _receipts(work: Work) -> list[pb.CancelReceipt]:
    """Collect the receipts of the calls below that answer within RECEIPT_TIMEOUT."""
    if work.task is not None:
        await asyncio.wait([work.task], timeout=RECEIPT_TIMEOUT)
    if not work.cancels:
        return []
    done, _ = await asyncio.wait(work.cancels, timeout=RECEIPT_TIMEOUT)
    return [receipt for task in done if not task.cancelled() for receipt in task.result()]
