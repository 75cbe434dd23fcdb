"""A turn of a conversation, as its owner sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botmesh.calling.agent_client import AgentClient
from botmesh.errors import InvalidField
from botmesh.limits import duration
from botmesh.parts import Content, from_struct, to_parts, to_struct
from botmesh.policies import Call
from botmesh.task import Task
from botmesh.transfer import DESK, Transferred, outcome_of, owner_named
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.history_pb2 import HistoryEntry
from botmesh.v1.message_pb2 import Message
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_AGENT
from botmesh.v1.turn_pb2 import Turn

_NAMESPACES: dict[str, api.ContextNamespace] = {
    "conversation": api.CONTEXT_NAMESPACE_CONVERSATION,
    "contact": api.CONTEXT_NAMESPACE_CONTACT,
    "account": api.CONTEXT_NAMESPACE_ACCOUNT,
}


class NotMine:
    """The type of NOT_MINE."""


NOT_MINE: Final = NotMine()
"""A bot returns this from a turn that it does not answer. The account's primary agent gets the turn."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a conversation was opened in which the bot speaks first."""

    trigger: str
    """The trigger that opened it; empty: none."""
    intent: str
    """The dialog to open; empty: none."""
    reason: str
    """Why it was opened; empty: not said."""
    context: dict[str, Any]
    """The variables that the conversation begins with."""


class Conversation(Task):
    """A contact's messages of one turn, and their conversation. It has all methods of a Task.

    Attributes:
        turn: the turn as it came (botmesh.v1 Turn).
        contact_id: the id of the contact.
        channel: the channel on which the contact writes.
        language: the contact's language, a BCP 47 tag; empty: not known.
        opening: how the conversation was opened, if the contact has not said anything yet: the message is empty, and
            the bot speaks first. None: the contact spoke first.
        previous_conversation_id: the contact's conversation on this channel before this one; empty: none.
        intent: the intent of the transfer that this turn came by, or of the opening; empty: none.
        transferred_from: the owner before the transfer that this turn came by; empty: there was none.
        transfer_reason: the reason of that transfer.
        tags: the conversation's tags.
        fields: the fields of the contact, by name.
    """

    def __init__(self, call: Call, message: Message, client: AgentClient, turn: Turn) -> None:
        """Make the conversation of one turn. Only the server calls this."""
        super().__init__(call, message, client)
        self.turn = turn
        self.contact_id = turn.contact_id
        self.channel = turn.channel
        self.language = turn.language
        self.opening = _opening(turn)
        self.previous_conversation_id = turn.previous_conversation_id
        self.intent = turn.transfer.intent_id or turn.opening.intent_id
        self.transferred_from: str = turn.transfer.from_agent
        self.transfer_reason = turn.transfer.reason
        self.tags = tuple(turn.tags)
        self.fields = from_struct(turn.fields)

    @property
    def history(self) -> Sequence[HistoryEntry]:
        """The newest messages, oldest first: by default 20; with the first turn after a transfer up to 256 KiB of them.

        The mesh's setting `turn_history` gives their number; `read_history` reads the others.
        """
        return self.turn.history

    async def read_history(self, limit: int = 0, *, previous: bool = False) -> list[HistoryEntry]:
        """Return the newest `limit` messages of the conversation, oldest first; 0: all messages.

        `previous` adds those of the contact's conversations on this channel before this one, which come first.
        """
        request = api.GetHistoryRequest(conversation_id=self.conversation_id, limit=limit, include_previous=previous)
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
        """Transfer the conversation for good. If the target takes it, this turn has ended: return without a reply.

        Args:
            to: an agent's name, botmesh.DESK for any free person of the desk, or "desk/anna" for one person.
            intent: the dialog that the new owner opens.
            message: the message that the new owner answers first; default the contact's unanswered messages. If
                there are none and no intent is named, the new owner waits for the contact.
            context: variables that are added to the conversation's.
            handoff_message: a message for the contact, if the target takes the conversation.
            reason: the reason, for the new owner and for operators.
            fallback: the owner if the target is not live, does not take the conversation, or fails in its first turn;
                it gets neither `intent` nor `handoff_message`. Default: this bot keeps the conversation.

        Raises:
            EpochChanged: the conversation has another owner already.
            Refused: the target is the owner or an internal agent, another transfer is under way, or the same two have
                transferred the conversation too often.
            NotFound, Unavailable: the target is unknown, or not live, and no fallback is named.
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
        return Transferred(
            response.transferred,
            response.owner.agent or DESK,
            response.epoch,
            response.reason,
            outcome_of(response.desk),
            response.queue_position,
        )

    async def hand_back(self, *, handoff_message: Content = None, reason: str = "") -> Transferred:
        """Transfer the conversation back to its previous owner. Arguments and errors are those of `transfer`.

        Raises:
            ValueError: the conversation had no other owner before.
        """
        came_from = self.transferred_from or self._last_other_agent(self.history)
        if not came_from and self.turn.history_truncated:
            came_from = self._last_other_agent(await self.read_history())
        if not came_from:
            raise ValueError("the conversation did not come from another agent: transfer it to one by name")
        return await self.transfer(came_from, handoff_message=handoff_message, reason=reason or "handed back")

    async def close(self, reason: str = "") -> None:
        """End the conversation with this turn's reply, unless the contact says more meanwhile.

        The contact's next message opens a new conversation. Closing a closed conversation has no effect.

        Raises:
            EpochChanged: the conversation has another owner already.
        """
        request = api.CloseConversationRequest(
            conversation_id=self.conversation_id,
            epoch=self.turn.epoch,
            agent=self._call.endpoint.agent,
            reason=reason,
        )
        await self._tell("CloseConversation", request)

    async def tag(self, *tags: str, remove: Sequence[str] = ()) -> None:
        """Add tags, and remove some. Triggers may fire."""
        await self._tell("SetTags", api.SetTagsRequest(conversation_id=self.conversation_id, add=tags, remove=remove))

    async def set_fields(self, **fields: Any) -> None:
        """Set fields of the contact; None removes a field. Triggers may fire."""
        values = to_struct(fields)
        await self._tell("SetFields", api.SetFieldsRequest(conversation_id=self.conversation_id, values=values))

    async def fire(self, action: str, **values: Any) -> Sequence[str]:
        """Fire an action for the account's triggers; return the names of the triggers that fired.

        If a trigger gives the conversation to another owner, that waits for the end of this turn: the reply is shown
        first. The new owner gets the contact's message if this turn does not answer it.

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
        """Record the outcome of the conversation; satisfaction is 1 to 5. Values that are left out do not change."""
        outcome = pb.Outcome(resolved=resolved, booked=booked, satisfaction=satisfaction)
        await self._tell(
            "RecordOutcome", api.RecordOutcomeRequest(conversation_id=self.conversation_id, outcome=outcome)
        )

    async def get_context(self, *names: str, namespace: str = "conversation") -> dict[str, Any]:
        """Return the variables of these names, or all variables, as they are now.

        Args:
            names: names of variables. Names without a value are left out of the result.
            namespace: "conversation", "contact" (the same in all conversations of the contact) or "account".

        Raises:
            InvalidField: there is no such namespace.
        """
        request = api.GetContextRequest(scope=self._scope(namespace), names=names)
        return from_struct((await self._tell("GetContext", request)).values)

    async def set_context(
        self, values: Mapping[str, Any], *, namespace: str = "conversation", ttl: float | None = None
    ) -> None:
        """Set variables, for `ttl` seconds or for good.

        Raises:
            MessageTooLarge: the namespace would hold more than 64 KiB; nothing is set.
            InvalidField: there is no such namespace.
        """
        request = api.SetContextRequest(
            scope=self._scope(namespace), values=to_struct(values), ttl=None if ttl is None else duration(ttl)
        )
        await self._tell("SetContext", request)

    async def delete_context(self, *names: str, namespace: str = "conversation") -> None:
        """Delete the variables of these names, or all variables of the namespace."""
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
        """Add an agent that is asked beside the owner, on the given occasions. Adding it again replaces the occasions.

        Args:
            agent: the agent's name.
            keywords: asked when the contact writes one of these words or phrases: whole words, in any case.
            schedules: asked at these times: cron expressions of five fields, "0 9 * * MON-FRI".
            time_zone: the time zone of the schedules, "Europe/Berlin"; empty: UTC.
            actions: asked when one of these actions is fired.
            always: asked whenever the contact writes.
            priority: members with a greater priority are asked first.

        Raises:
            UnknownAgent: there is no agent of this name.
            InvalidField: there is no occasion, or an expression is malformed.
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
        """Remove an agent from the members."""
        request = api.RemoveMemberRequest(conversation_id=self.conversation_id, agent=agent)
        await self._tell("RemoveMember", request)

    def _conversations_at(self) -> str:
        return self.turn.service_address

    def _last_other_agent(self, history: Sequence[HistoryEntry]) -> str:
        own = self._call.endpoint.agent
        return next((entry.author for entry in reversed(history) if entry.author not in ("", own, self.contact_id)), "")


def _opening(turn: Turn) -> Opening | None:
    opening = turn.opening
    if not turn.HasField("opening"):
        return None
    return Opening(opening.trigger, opening.intent_id, opening.reason, from_struct(opening.context))
