"""A turn of a conversation, as the bot that owns it sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from botmesh.caller import Caller
from botmesh.interceptors import Call
from botmesh.parts import Content, to_parts, to_struct
from botmesh.task import Task
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from botmesh.v1.history_pb2 import HistoryEntry
from botmesh.v1.message_pb2 import Message
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_AGENT
from botmesh.v1.turn_pb2 import Turn

_PROPAGATOR = TraceContextTextMapPropagator()
DESK: Final = "desk"
"""The human desk, as a target of transfers. No agent can be called so in a transfer."""


class NotMine:
    """What a bot returns from a turn that is not its business: the account's primary agent gets it."""


NOT_MINE: Final = NotMine()


@dataclass(frozen=True, slots=True)
class Transferred:
    """What became of a transfer."""

    transferred: bool
    """Whether the target has the conversation now."""
    owner: str
    """Who has it now: an agent's name, or "desk"."""
    epoch: int
    reason: str
    """Why the target does not have it."""


class Conversation(Task):
    """A contact's message and the conversation that it stands in. Can do all that a Task can.

    Attributes:
        turn: the turn as it came (botmesh.v1 Turn).
        contact_id: the contact.
        channel: the channel that the contact writes on.
        intent: the dialog to open; empty: none.
        transferred_from: who had the conversation before, if this turn came by a transfer; else empty.
        transfer_reason: why it was handed over.
    """

    def __init__(self, call: Call, message: Message, caller: Caller, turn: Turn) -> None:
        """Made by the server for each turn."""
        super().__init__(call, message, caller)
        self.turn = turn
        self.contact_id = turn.contact_id
        self.channel = turn.channel
        self.intent = turn.transfer.intent_id
        self.transferred_from: str = getattr(turn.transfer, "from")
        self.transfer_reason = turn.transfer.reason

    @property
    def history(self) -> Sequence[HistoryEntry]:
        """The newest messages, oldest first, at most 256 KiB of them."""
        return self.turn.history

    async def transfer(
        self,
        to: str,
        *,
        intent: str = "",
        message: Content = None,
        context: Mapping[str, Any] | None = None,
        handoff_message: Content = None,
        reason: str = "",
        fallback: str = "",
    ) -> Transferred:
        """Hand the conversation over for good. Where that is done, this turn has ended: return without a reply.

        Args:
            to: an agent's name, or botmesh.DESK for a person.
            intent: the dialog to open there.
            message: what the new owner is to answer first; default the contact's latest message.
            context: variables that are added to the conversation's.
            handoff_message: what the contact is told.
            reason: why, for the new owner and for operators.
            fallback: who gets it if the target does not take it; default: this bot keeps it.

        Raises:
            EpochChanged: the conversation has another owner already.
            Refused: to itself, to an internal agent, too often, or while another transfer is under way.
            NotFound, Unavailable: the target is unknown, or not active.
        """
        request = api.TransferConversationRequest(
            conversation_id=self.conversation_id,
            target=_owner(to),
            epoch=self.turn.epoch,
            initiator=TRANSFER_INITIATOR_AGENT,
            intent_id=intent,
            user_message=to_parts(message),
            context=to_struct(context),
            handoff_message=to_parts(handoff_message),
            reason=reason,
            fallback=_owner(fallback) if fallback else None,
        )
        stub = self._caller.conversations(self.turn.service_address)
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, context=self._span_context())  # the transfer belongs to this turn's trace
        response = await stub.TransferConversation(
            request, timeout=self.deadline.remaining, metadata=tuple(carrier.items())
        )
        owner = response.owner.agent or DESK
        return Transferred(response.transferred, owner, response.epoch, response.reason)

    async def hand_back(self, *, handoff_message: Content = None, reason: str = "") -> Transferred:
        """Give the conversation back to who it came from.

        Raises:
            ValueError: it did not come by a transfer.
        """
        came_from = next((one for one in [self.transferred_from, self._last_other_agent()] if one), "")
        if not came_from:
            raise ValueError("the conversation did not come from another agent: transfer it to one by name")
        return await self.transfer(came_from, handoff_message=handoff_message, reason=reason or "handed back")

    def _last_other_agent(self) -> str:
        own = self._call.end.agent
        return next((one.author for one in reversed(self.history) if one.author not in ("", own, self.contact_id)), "")


def _owner(name: str) -> Owner:
    return Owner(desk="") if name == DESK else Owner(agent=name)
