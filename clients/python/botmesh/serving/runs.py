"""Runs a bot's functions: one kind of run for each of delegation, turn, notification and offer."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from botmesh.conversation import NotMine
from botmesh.errors import NotSupported
from botmesh.names import new_id
from botmesh.parts import stamp, to_parts, to_struct
from botmesh.reply import Reply
from botmesh.task import Task
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1 import message_pb2
from botmesh.v1.message_pb2 import Message
from botmesh.v1.transfer_pb2 import TRANSFER_DECISION_ACCEPTED, TRANSFER_DECISION_DECLINED, TransferOffer
from botmesh.work.work import Work

_RECEIPTS = frozenset({message_pb2.MESSAGE_TYPE_RESPONSE, message_pb2.MESSAGE_TYPE_ERROR})
"""The types of messages that report the end of a task that this bot has submitted."""
_BROADCASTS = frozenset({message_pb2.MESSAGE_TYPE_BROADCAST, message_pb2.MESSAGE_TYPE_UNSPECIFIED})

BotFunction = Callable[..., Any]
Run = Callable[[Task, Work], Awaitable[Any]]


@dataclass(slots=True)
class Functions:
    """A bot's functions by the kind of work; None: the bot has no function for it."""

    delegate: BotFunction | None = None
    notify: BotFunction | None = None
    receipt: BotFunction | None = None
    transfer: BotFunction | None = None
    turn: BotFunction | None = None
    intents: dict[str, BotFunction] = field(default_factory=dict)

    def for_turn(self, intent: str) -> BotFunction | None:
        """Return the function for a turn: that of the intent, else that of turns, else that of delegations."""
        return self.intents.get(intent) or self.turn or self.delegate


class Runs:
    """Makes the run of each kind of work from a bot's functions, and refuses work without a function."""

    def __init__(self, agent: str, instance: str, functions: Functions) -> None:
        """Answer as `instance` of `agent`, by `functions`."""
        self._agent = agent
        self._instance = instance
        self._functions = functions

    def delegation(self) -> Run:
        """Return the run that does a task.

        Raises:
            NotSupported: the bot takes no delegations.
        """
        return self._answering(self._needed(self._functions.delegate, "delegations"))

    def turn(self, intent: str) -> Run:
        """Return the run that answers a contact, by the function of `intent` if the bot has one.

        Raises:
            NotSupported: the bot takes no turns.
        """
        usual = self._needed(self._functions.for_turn(""), "turns")
        return self._answering(self._functions.for_turn(intent) or usual)

    def notification(self, kind: message_pb2.MessageType) -> Run:
        """Return the run for a notification: a receipt, a broadcast, or a task that nobody waits for.

        Raises:
            NotSupported: the bot takes no notifications, or no delegations.
        """
        functions = self._functions
        if kind in _RECEIPTS and functions.receipt is not None:
            return self._hearing(functions.receipt)
        if kind in _RECEIPTS or kind in _BROADCASTS:
            return self._hearing(self._needed(functions.notify, "notifications"))
        return self.delegation()

    def offer(self, function: BotFunction, offer: TransferOffer) -> Run:
        """Return the run that decides about an offered conversation by `function`."""

        async def run(task: Task, _: Work) -> pb.TransferResponse:
            decision = await function(task, offer)
            declined = decision if isinstance(decision, str) else "declined"
            accepted = decision is None or decision is True
            return pb.TransferResponse(
                transfer_id=offer.transfer_id,
                decision=TRANSFER_DECISION_ACCEPTED if accepted else TRANSFER_DECISION_DECLINED,
                reason="" if accepted else declined,
            )

        return run

    def ack(self, work: Work, asked: Message) -> Message:
        """Return the message that acknowledges `asked`."""
        return self._message(work, asked, message_pb2.MESSAGE_TYPE_ACK)

    def _needed(self, function: BotFunction | None, what: str) -> BotFunction:
        if function is None:
            raise NotSupported(f"{self._agent} takes no {what}", method=what)
        return function

    def _answering(self, function: BotFunction) -> Run:
        async def run(task: Task, work: Work) -> message_pb2.Reply:
            result = function(task)
            if inspect.isasyncgen(result):
                async with aclosing(result) as pieces:
                    answer = await _emit_all(pieces, work)
            else:
                answer = await result
            reply = self._reply(task, work, answer if isinstance(answer, Reply) else Reply(_said(answer)))
            reply.not_mine = isinstance(answer, NotMine)
            return reply

        return run

    def _hearing(self, function: BotFunction) -> Run:
        async def run(task: Task, work: Work) -> Message:
            await function(task)
            return self.ack(work, task.message)

        return run

    def _reply(self, task: Task, work: Work, answer: Reply) -> message_pb2.Reply:
        reply = message_pb2.Reply(
            confidence=answer.confidence,
            usage=answer.usage,
            chain_usage=task.chain_usage(),
            instance_id=self._instance,
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
            reply.usage.agent = self._agent
        return reply

    def _message(self, work: Work, asked: Message, kind: message_pb2.MessageType) -> Message:
        message = Message()
        self._fill(message, work, asked, kind)
        return message

    def _fill(self, message: Message, work: Work, asked: Message, kind: message_pb2.MessageType) -> None:
        """Fill the fields of `message` that make it an answer to `asked`."""
        message.from_agent = self._agent
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
    """Emit what a bot yields as it comes; return the last Reply or NOT_MINE that it yields, or an empty Reply."""
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
