"""AgentService on the wire. The policies have passed a call when it gets here; the bot's functions do the rest."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from botmesh.calling.agent_client import AgentClient
from botmesh.conversation import Conversation, NotMine
from botmesh.errors import AgentError, BotmeshError, InvalidField, NotSupported
from botmesh.names import new_id
from botmesh.parts import stamp, to_parts, to_struct
from botmesh.policies import current_call
from botmesh.reply import Pieces, Reply
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
    TransferOffer,
)
from botmesh.v1.turn_pb2 import Turn
from botmesh.work.work import Work

logger = logging.getLogger("botmesh")

RECEIPT_TIMEOUT = 0.8
"""Seconds that a cancelled agent waits for receipts from below: less than its own caller waits."""

BotFunction = Callable[..., Any]
Run = Callable[[Task, Work], Awaitable[Any]]


@dataclass(slots=True)
class Functions:
    """A bot's functions, by what they answer; None: the bot does not do that."""

    delegate: BotFunction | None = None
    notify: BotFunction | None = None
    receipt: BotFunction | None = None
    transfer: BotFunction | None = None
    turn: BotFunction | None = None
    intents: dict[str, BotFunction] = field(default_factory=dict)

    def for_turn(self, intent: str) -> BotFunction | None:
        """Who answers a turn: the dialog of an intent that is known, else turns, else delegations."""
        return self.intents.get(intent) or self.turn or self.delegate


@dataclass(slots=True)
class AgentServicer(AgentServiceServicer):
    """The edge between gRPC and a bot's functions."""

    card: AgentCard
    functions: Functions
    client: AgentClient
    readiness: Callable[[], instance_pb2.Readiness]

    async def Delegate(self, request: pb.DelegateRequest, context: ServicerContext) -> pb.DelegateResponse:
        """The bot's reply, whole."""
        work = self._work(request.message, self._delegated)
        reply = await work.result()
        assert isinstance(reply, message_pb2.Reply)  # noqa: S101 - a fingerprint never mixes tasks and transfers
        return pb.DelegateResponse(reply=_pieces(work).whole(reply))

    async def DelegateStream(
        self, request: pb.DelegateStreamRequest, context: ServicerContext
    ) -> AsyncIterator[pb.DelegateStreamResponse]:
        """The bot's reply as it comes."""
        if request.HasField("turn"):
            work = self._work(request.message, self._turned, request.turn)
        else:
            work = self._work(request.message, self._delegated)
        call = current_call()
        until = None if call.deadline is None else call.deadline.at
        idle = call.limits.stream_idle_timeout
        async with aclosing(work.read(request.after_sequence, idle=idle, until=until)) as events:
            async for event in events:
                yield event
        assert isinstance(work.outcome, message_pb2.Reply)  # noqa: S101 - as in Delegate
        yield pb.DelegateStreamResponse(sequence=work.last + 1, reply=work.outcome)

    async def Notify(self, request: pb.NotifyRequest, context: ServicerContext) -> pb.NotifyResponse:
        """A receipt, as soon as the work has begun."""
        work = self._work(request.message, self._hearer_of(request.message.message_type))
        work.detach()
        ack = self._message(work, request.message, message_pb2.MESSAGE_TYPE_ACK)
        return pb.NotifyResponse(ack=ack)

    async def Transfer(self, request: pb.TransferRequest, context: ServicerContext) -> pb.TransferResponse:
        """Whether the bot would take the conversation."""
        if not request.offer.transfer_id:
            raise InvalidField("an offer needs a transfer_id", field="offer.transfer_id")
        if self.functions.transfer is None:
            takes = self.functions.for_turn(request.offer.intent_id) is not None
            return pb.TransferResponse(
                transfer_id=request.offer.transfer_id,
                decision=TRANSFER_DECISION_ACCEPTED if takes else TRANSFER_DECISION_DECLINED,
                reason="" if takes else f"{self.card.name} takes no conversations",
            )
        work = self._work(request.message, lambda task, _: self._offered(task, request.offer))
        response = await work.result()
        assert isinstance(response, pb.TransferResponse)  # noqa: S101 - as in Delegate
        return response

    async def Cancel(self, request: pb.CancelRequest, context: ServicerContext) -> pb.CancelResponse:
        """What became of the work, here and below."""
        if not request.message_id:
            raise InvalidField("message_id names the work to cancel: it cannot be empty", field="message_id")
        end = self.client.endpoint
        key = request.account_id or end.account, request.from_agent, request.message_id
        work = end.works.find(key)
        outcome = pb.CANCEL_OUTCOME_UNKNOWN
        below: list[pb.CancelReceipt] = []
        if work is not None and work.settled:
            outcome = pb.CANCEL_OUTCOME_TOO_LATE
        elif work is not None:
            outcome = pb.CANCEL_OUTCOME_STOPPED
            work.cancel(request.reason or "the caller gave up")
            below = await _receipts(work)
        own = pb.CancelReceipt(
            agent=end.agent, instance_id=end.instance, message_id=request.message_id, outcome=outcome
        )
        return pb.CancelResponse(receipts=[own, *below])

    def Link(
        self, request_iterator: AsyncIterator[LinkRequest], context: ServicerContext
    ) -> AsyncIterator[LinkResponse]:
        """Never called: the transport serves links before they get here (transport/link_server.py)."""
        raise NotSupported("links are served by the transport", method="Link")

    async def GetCard(self, request: pb.GetCardRequest, context: ServicerContext) -> pb.GetCardResponse:
        """Who serves here."""
        return pb.GetCardResponse(card=self.card, instance_id=self.client.endpoint.instance, readiness=self.readiness())

    async def GetStats(self, request: pb.GetStatsRequest, context: ServicerContext) -> pb.GetStatsResponse:
        """Counts since the process started."""
        end = self.client.endpoint
        response = end.stats.to_proto()
        response.instance_id = end.instance
        response.in_flight = len(end.works.running)
        response.outgoing_in_flight = sum(end.outgoing.values())
        response.remembered = len(end.works)
        return response

    def _hearer_of(self, kind: message_pb2.MessageType) -> Run:
        """What does the work of a notification: the end of a task is told to whoever hears notifications, too."""
        if kind in (message_pb2.MESSAGE_TYPE_RESPONSE, message_pb2.MESSAGE_TYPE_ERROR):
            return self._told_end if self.functions.receipt is not None else self._notified
        if kind in (message_pb2.MESSAGE_TYPE_BROADCAST, message_pb2.MESSAGE_TYPE_UNSPECIFIED):
            return self._notified
        return self._delegated

    def _work(self, message: Message, run: Run, turn: Turn | None = None) -> Work:
        """The work of the call that is served: the one that it joins, or one that begins now."""
        call = current_call()
        work = call.claimed_work
        if not work.began:
            self._check_supported(run)
            task = Task(call, message, self.client) if turn is None else Conversation(call, message, self.client, turn)
            work.start(self._guarded(work, task, run))
        return work

    def _check_supported(self, run: Run) -> None:
        missing = ""
        if self.functions.delegate is None and run == self._delegated:
            missing = "delegations"
        elif self.functions.notify is None and run == self._notified:
            missing = "notifications"
        elif run == self._turned and self.functions.for_turn("") is None:
            missing = "turns"
        if missing:
            raise NotSupported(f"{self.card.name} takes no {missing}", method=missing)

    async def _guarded(self, work: Work, task: Task, run: Run) -> Any:
        """The work, with the cause of an unexpected failure in the log and nowhere else."""
        agent = self.card.name
        try:
            return await run(task, work)
        except BotmeshError:
            raise
        except (Exception, SystemExit, KeyboardInterrupt):  # one task that wants to exit must not take the others along
            logger.exception("%s failed; trace %s", agent, task.trace_id or "none")
            raise AgentError(f"{agent} failed inside; its log has the cause under this trace id") from None

    async def _delegated(self, task: Task, work: Work) -> message_pb2.Reply:
        assert self.functions.delegate is not None  # noqa: S101 - see _check_supported
        return await self._answered(self.functions.delegate, task, work)

    async def _turned(self, task: Task, work: Work) -> message_pb2.Reply:
        assert isinstance(task, Conversation)  # noqa: S101 - see _work
        function = self.functions.for_turn(task.intent)
        assert function is not None  # noqa: S101 - see _check_supported
        return await self._answered(function, task, work)

    async def _answered(self, function: BotFunction, task: Task, work: Work) -> message_pb2.Reply:
        result = function(task)
        if inspect.isasyncgen(result):
            async with aclosing(result) as pieces:
                answer = await _emit_all(pieces, work)
        else:
            answer = await result
        reply = self._reply(task, work, answer if isinstance(answer, Reply) else Reply(_said(answer)))
        reply.not_mine = isinstance(answer, NotMine)
        return reply

    async def _notified(self, task: Task, work: Work) -> Message:
        assert self.functions.notify is not None  # noqa: S101 - see _check_supported
        await self.functions.notify(task)
        return self._message(work, task.message, message_pb2.MESSAGE_TYPE_ACK)

    async def _told_end(self, task: Task, work: Work) -> Message:
        assert self.functions.receipt is not None  # noqa: S101 - see _hearer_of
        await self.functions.receipt(task)
        return self._message(work, task.message, message_pb2.MESSAGE_TYPE_ACK)

    async def _offered(self, task: Task, offer: TransferOffer) -> pb.TransferResponse:
        assert self.functions.transfer is not None  # noqa: S101 - see Transfer
        decision = await self.functions.transfer(task, offer)
        declined = decision if isinstance(decision, str) else "declined"
        accepted = decision is None or decision is True
        return pb.TransferResponse(
            transfer_id=offer.transfer_id,
            decision=TRANSFER_DECISION_ACCEPTED if accepted else TRANSFER_DECISION_DECLINED,
            reason="" if accepted else declined,
        )

    def _reply(self, task: Task, work: Work, answer: Reply) -> message_pb2.Reply:
        reply = message_pb2.Reply(
            confidence=answer.confidence,
            usage=answer.usage,
            chain_usage=task.chain_usage(),
            instance_id=self.client.endpoint.instance,
            task_state=answer.task_state,
        )
        message = reply.message
        self._fill(message, work, task.message, message_pb2.MESSAGE_TYPE_RESPONSE)
        message.payload.extend(answer.parts)
        message.correlation_id = task.correlation_id
        variables = to_struct(answer.context)
        if variables is not None:
            message.context.CopyFrom(variables)
        if answer.usage is not None and not answer.usage.agent:
            reply.usage.agent = self.card.name
        return reply

    def _message(self, work: Work, asked: Message, kind: message_pb2.MessageType) -> Message:
        message = Message()
        self._fill(message, work, asked, kind)
        return message

    def _fill(self, message: Message, work: Work, asked: Message, kind: message_pb2.MessageType) -> None:
        """Say in a message whom it answers."""
        message.from_agent = self.card.name
        message.to_agent = asked.from_agent
        message.message_type = kind
        message.correlation_id = asked.correlation_id
        message.message_id = new_id()
        message.conversation_id = asked.conversation_id
        message.account_id = work.key[0]
        message.in_reply_to = asked.message_id
        message.task_id = asked.task_id
        stamp(message.timestamp)


def _said(answer: Any) -> Any:
    return None if isinstance(answer, NotMine) else answer


async def _emit_all(pieces: AsyncIterator[Any], work: Work) -> Reply | NotMine:
    """Send what a bot yields as it comes; a Reply or NOT_MINE that it yields is the end of its answer."""
    final: Reply | NotMine = Reply()
    after_text = False
    async for piece in pieces:
        if isinstance(piece, Reply | NotMine):
            final = piece
        elif isinstance(piece, pb.Progress):
            await work.emit(pb.DelegateStreamResponse(progress=piece))
        else:
            for part in to_parts(piece):
                append = after_text and isinstance(piece, str)
                await work.emit(pb.DelegateStreamResponse(partial=pb.PartialReply(part=part, append=append)))
                after_text = part.WhichOneof("content") == "text"
    return final


def _pieces(work: Work) -> Pieces:
    pieces = Pieces()
    for event in work.events:
        pieces.take(event)
    return pieces


async def _receipts(work: Work) -> list[pb.CancelReceipt]:
    """What became of the calls below, as far as they answer in time."""
    if work.task is not None:
        await asyncio.wait([work.task], timeout=RECEIPT_TIMEOUT)
    if not work.cancels:
        return []
    done, _ = await asyncio.wait(work.cancels, timeout=RECEIPT_TIMEOUT)
    return [receipt for task in done if not task.cancelled() for receipt in task.result()]
