"""A turn of a conversation, as the bot that owns it sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.trace import get_current_span

from botmesh.calling.agent_client import AgentClient
from botmesh.errors import InvalidField
from botmesh.limits import duration
from botmesh.parts import Content, from_struct, to_parts, to_struct
from botmesh.policies import Call
from botmesh.task import Task
from botmesh.telemetry.context import inject
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from botmesh.v1.history_pb2 import HistoryEntry
from botmesh.v1.message_pb2 import Message
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_AGENT
from botmesh.v1.turn_pb2 import Turn

_NAMESPACES: dict[str, api.ContextNamespace] = {
    "conversation": api.CONTEXT_NAMESPACE_CONVERSATION,
    "contact": api.CONTEXT_NAMESPACE_CONTACT,
    "account": api.CONTEXT_NAMESPACE_ACCOUNT,
}
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
    desk: str = ""
    """What became of asking for a person: assigned, queued or nobody_on_duty; empty: nobody asked."""
    queue_position: int = 0
    """The place in the desk's queue, from 1; 0: not in it."""


class Conversation(Task):
    """A contact's message and the conversation that it stands in. Can do all that a Task can.

    Attributes:
        turn: the turn as it came (botmesh.v1 Turn).
        contact_id: the contact.
        channel: the channel that the contact writes on.
        intent: the dialog to open; empty: none.
        transferred_from: who had the conversation before, if this turn came by a transfer; else empty.
        transfer_reason: why it was handed over.
        tags: the conversation's tags.
        fields: what is known of the contact.
    """

    def __init__(self, call: Call, message: Message, client: AgentClient, turn: Turn) -> None:
        """Made by the server for each turn."""
        super().__init__(call, message, client)
        self.turn = turn
        self.contact_id = turn.contact_id
        self.channel = turn.channel
        self.intent = turn.transfer.intent_id
        self.transferred_from: str = turn.transfer.from_agent
        self.transfer_reason = turn.transfer.reason
        self.tags = tuple(turn.tags)
        self.fields = from_struct(turn.fields)

    @property
    def history(self) -> Sequence[HistoryEntry]:
        """The newest messages, oldest first: 20, and up to 256 KiB of them with the first turn after a transfer.

        The mesh's setting `turn_history` says how many; `read_history` gets the others.
        """
        return self.turn.history

    async def read_history(self, limit: int = 0) -> list[HistoryEntry]:
        """What was said in the conversation, oldest first: the newest `limit` messages, or all."""
        request = api.GetHistoryRequest(conversation_id=self.conversation_id, limit=limit)
        stub = self._client.services.conversations(self.turn.service_address)
        responses = stub.GetHistory(request, timeout=self.deadline.remaining)
        return [entry async for response in responses for entry in response.entries]

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
            to: an agent's name, botmesh.DESK for whoever is free, or "desk/anna" for a person.
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
            target=owner_named(to),
            epoch=self.turn.epoch,
            initiator=TRANSFER_INITIATOR_AGENT,
            intent_id=intent,
            user_message=to_parts(message),
            context=to_struct(context),
            handoff_message=to_parts(handoff_message),
            reason=reason,
            fallback=owner_named(fallback) if fallback else None,
        )
        response = await self._tell("TransferConversation", request)
        desk = api.DeskOutcome.Name(response.desk).removeprefix("DESK_OUTCOME_").lower()
        return Transferred(
            response.transferred,
            response.owner.agent or DESK,
            response.epoch,
            response.reason,
            desk if response.desk else "",
            response.queue_position,
        )

    async def hand_back(self, *, handoff_message: Content = None, reason: str = "") -> Transferred:
        """Give the conversation back to who it came from.

        Raises:
            ValueError: it did not come by a transfer.
        """
        came_from = self.transferred_from or self._last_other_agent(self.history)
        if not came_from and self.turn.history_truncated:
            came_from = self._last_other_agent(await self.read_history())
        if not came_from:
            raise ValueError("the conversation did not come from another agent: transfer it to one by name")
        return await self.transfer(came_from, handoff_message=handoff_message, reason=reason or "handed back")

    async def tag(self, *tags: str, remove: Sequence[str] = ()) -> None:
        """Add tags, and remove some. Triggers may fire."""
        await self._tell("SetTags", api.SetTagsRequest(conversation_id=self.conversation_id, add=tags, remove=remove))

    async def set_fields(self, **fields: Any) -> None:
        """Update what is known of the contact; None removes a field. Triggers may fire."""
        values = to_struct(fields)
        await self._tell("SetFields", api.SetFieldsRequest(conversation_id=self.conversation_id, values=values))

    async def fire(self, action: str, **values: Any) -> Sequence[str]:
        """Fire an action that the account's triggers wait for; the names of those that fired.

        Where one of them assigns the conversation to somebody else, this turn may be over: return without a reply.

        Args:
            action: an id ([A-Za-z0-9._-], at most 64).
            values: variables that become part of the conversation's context.
        """
        request = api.FireActionRequest(
            conversation_id=self.conversation_id,
            action=action,
            agent=self._call.endpoint.agent,
            values=to_struct(values),
        )
        return tuple((await self._tell("FireAction", request)).fired)

    async def record_outcome(
        self, *, resolved: bool | None = None, booked: bool | None = None, satisfaction: int | None = None
    ) -> None:
        """Say what came of the conversation; satisfaction is 1 to 5. What is left out stays as it was."""
        outcome = pb.Outcome(resolved=resolved, booked=booked, satisfaction=satisfaction)
        await self._tell(
            "RecordOutcome", api.RecordOutcomeRequest(conversation_id=self.conversation_id, outcome=outcome)
        )

    async def get_context(self, *names: str, namespace: str = "conversation") -> dict[str, Any]:
        """Variables as they are now, those of these names or all.

        Args:
            names: of variables; those that are not there are left out.
            namespace: "conversation", "contact" (the same in all its conversations) or "account".
        """
        request = api.GetContextRequest(scope=self._scope(namespace), names=names)
        return from_struct((await self._tell("GetContext", request)).values)

    async def set_context(
        self, values: Mapping[str, Any], *, namespace: str = "conversation", ttl: float | None = None
    ) -> None:
        """Set variables, for good or for `ttl` seconds.

        Raises:
            MessageTooLarge: the namespace would hold more than 64 KiB; nothing is set.
        """
        request = api.SetContextRequest(
            scope=self._scope(namespace), values=to_struct(values), ttl=None if ttl is None else duration(ttl)
        )
        await self._tell("SetContext", request)

    async def delete_context(self, *names: str, namespace: str = "conversation") -> None:
        """Delete variables of these names, or all."""
        await self._tell("DeleteContext", api.DeleteContextRequest(scope=self._scope(namespace), names=names))

    def _scope(self, namespace: str) -> api.ContextScope:
        if namespace not in _NAMESPACES:
            raise InvalidField(f"namespace is one of {', '.join(_NAMESPACES)}", field="namespace", value=namespace)
        return api.ContextScope(namespace=_NAMESPACES[namespace], conversation_id=self.conversation_id)

    async def add_member(
        self,
        agent: str,
        *,
        keywords: Sequence[str] = (),
        schedules: Sequence[str] = (),
        time_zone: str = "",
        actions: Sequence[str] = (),
        always: bool = False,
        priority: int = 0,
    ) -> None:
        """Have an agent asked beside the owner from now on; adding it again replaces what it is asked for.

        Args:
            agent: its name.
            keywords: when the contact says one of these words or phrases: whole words, in any case.
            schedules: at these times: cron expressions of five fields, "0 9 * * MON-FRI".
            time_zone: where their clock stands, "Europe/Berlin"; empty: UTC.
            actions: when one of these is fired.
            always: whenever the contact says something.
            priority: of several, those with a greater one are asked first.

        Raises:
            UnknownAgent: there is none of this name.
            InvalidField: nothing is said of when, or an expression is malformed.
        """
        member = pb.Member(
            agent=agent,
            keywords=keywords,
            schedules=schedules,
            time_zone=time_zone,
            actions=actions,
            always=always,
            priority=priority,
        )
        await self._tell("AddMember", api.AddMemberRequest(conversation_id=self.conversation_id, member=member))

    async def remove_member(self, agent: str) -> None:
        """Have an agent not asked any more."""
        request = api.RemoveMemberRequest(conversation_id=self.conversation_id, agent=agent)
        await self._tell("RemoveMember", request)

    def _conversations_at(self) -> str:
        return self.turn.service_address

    async def _tell(self, method: str, request: Any) -> Any:
        """Call the service that the turn came from, in this turn's trace and deadline."""
        stub = self._client.services.conversations(self.turn.service_address)
        call = getattr(stub, method)
        metadata = inject(get_current_span(self._span_context()))
        return await call(request, timeout=self.deadline.remaining, metadata=metadata)

    def _last_other_agent(self, history: Sequence[HistoryEntry]) -> str:
        own = self._call.endpoint.agent
        return next((one.author for one in reversed(history) if one.author not in ("", own, self.contact_id)), "")


def owner_named(name: str) -> Owner:
    """The owner that a transfer's target names: an agent, "desk" for the human desk, "desk/anna" for one person."""
    desk, _, person = name.partition("/")
    return Owner(desk=person) if desk == DESK else Owner(agent=name)
