"""A task, as the bot that works on it sees it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.context import Context, get_current
from opentelemetry.trace import get_current_span, set_span_in_context

from botmesh.calling.agent_client import AgentClient
from botmesh.calling.invocation import Invocation
from botmesh.deadline import Deadline
from botmesh.delegator import Delegator
from botmesh.errors import BotmeshError, InvalidField
from botmesh.names import new_id
from botmesh.parts import Content, from_struct, text_of, to_parts, to_struct
from botmesh.policies import Call
from botmesh.reply import Reply, add_up
from botmesh.telemetry.context import inject
from botmesh.telemetry.telemetry import trace_id_of
from botmesh.transfer import HandedToPerson, outcome_of
from botmesh.v1.contact_pb2 import ContactKey
from botmesh.v1.conversation_pb2 import Address, Owner
from botmesh.v1.conversation_service_pb2 import AskForPersonRequest, OpenConversationRequest, SayRequest
from botmesh.v1.message_pb2 import Message
from botmesh.v1.part_pb2 import Part
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_AGENT
from botmesh.v1.usage_pb2 import Usage

_PAUSES = 0.1, 1.0
"""The first and the longest pause, in seconds, before a service of the mesh that was away is asked again."""


class Task(Delegator):
    """The work that a bot's function is given. Delegations through its methods continue the chain.

    Attributes:
        message: the whole message as it came (botmesh.v1 Message).
    """

    def __init__(self, call: Call, message: Message, client: AgentClient) -> None:
        """Make a task of `message`. Only the server calls this."""
        super().__init__(client)
        self._call = call
        self._context: dict[str, Any] | None = None
        self._usage: list[Usage] = []
        self.message = message

    @property
    def text(self) -> str:
        """The texts of the text parts, joined by line breaks."""
        return text_of(self.message.payload)

    @property
    def parts(self) -> Sequence[Part]:
        """All parts of the message, in order."""
        return self.message.payload

    @property
    def context(self) -> dict[str, Any]:
        """The variables that the caller gave, by name."""
        if self._context is None:
            self._context = from_struct(self.message.context)
        return self._context

    @property
    def skill(self) -> str:
        """The id of the skill that is meant; empty: the caller named none."""
        return self.message.skill_id

    @property
    def from_agent(self) -> str:
        """The agent that asks; empty: a client asks."""
        return self.message.from_agent or (self._call.chain.path[-1] if self._call.chain.path else "")

    @property
    def message_id(self) -> str:
        """The idempotency key; empty if the caller gave none."""
        return self.message.message_id

    @property
    def task_id(self) -> str:
        """The id of the durable task that this work or receipt belongs to, the same in every attempt; empty: none."""
        return self.message.task_id

    @property
    def deadline(self) -> Deadline:
        """The deadline of the work. It moves out when a caller with a later deadline joins the work."""
        work = self._call.work
        return work.deadline if work is not None else self._call.required_deadline

    @property
    def correlation_id(self) -> str:
        """The id of the chain."""
        return self._call.chain.correlation_id

    @property
    def conversation_id(self) -> str:
        """The id of the conversation; empty: there is none."""
        return self._call.chain.conversation_id

    @property
    def account(self) -> str:
        """The chain's account."""
        return self._call.chain.account_id

    @property
    def path(self) -> tuple[str, ...]:
        """The agents of the chain before this one, oldest first."""
        return self._call.chain.path

    @property
    def max_hops(self) -> int:
        """The most hops of the chain, as it holds for delegations of this task."""
        narrowest = self._call.chain.max_hops
        return self._call.limits.max_hops if narrowest is None else narrowest

    @property
    def trace_id(self) -> str:
        """The id of the chain's trace, 32 hex digits; empty if nothing is traced."""
        return trace_id_of(self._call.span)

    def __repr__(self) -> str:
        """Show the text and the agent that asks."""
        return f"Task({self.text!r}, from_agent={self.from_agent!r})"

    def chain_usage(self) -> list[Usage]:
        """Return the usage of this task's delegations so far, summed by agent, model and currency."""
        return add_up(self._usage)

    async def say(self, content: Content) -> None:
        """Say something to the contact of this conversation outside a turn, for example when a long task has ended.

        Raises:
            NotAMember: this bot neither owns the conversation nor is a member.
            ConversationStopped: the conversation is stopped.
        """
        request = SayRequest(
            conversation_id=self.conversation_id, agent=self._call.endpoint.agent, payload=to_parts(content)
        )
        await self._tell("Say", request)

    async def hand_to_person(
        self, reason: str, message: Content = None, handoff_message: Content = None
    ) -> HandedToPerson:
        """Hand the conversation to the desk or, if there is no conversation, put an alert into the desk's queue.

        In a turn, return without a reply afterwards: a person answers the contact.

        Args:
            reason: why; the desk's queue shows it.
            message: what the person is to know: a note in the conversation, or the text of the alert.
            handoff_message: a message for the contact. An alert has none.

        Raises:
            InvalidField: the reason is empty.
            BotmeshError: the desk was not asked.
        """
        request = AskForPersonRequest(
            conversation_id=self.conversation_id,
            account_id=self.account,
            agent=self._call.endpoint.agent,
            reason=reason,
            payload=to_parts(message),
            handoff_message=to_parts(handoff_message),
            request_id=new_id(),  # the same in all attempts, so that the desk is asked once
        )
        response = await self._tell_until_answered("AskForPerson", request)
        return HandedToPerson(outcome_of(response.desk), response.queue_position, response.conversation.conversation_id)

    async def open_conversation(
        self,
        contact: str = "",
        *,
        address: str = "",
        channel: str = "",
        agent: str = "",
        intent: str = "",
        reason: str = "",
        context: Mapping[str, Any] | None = None,
    ) -> str:
        """Open a conversation with a contact, in which an agent speaks first: its turn has `opening` and no text.

        Args:
            contact: the contact's id. One that is not known becomes known.
            address: the contact's address on the channel, instead.
            channel: the channel; default "web".
            agent: who speaks; default this bot.
            intent: the dialog to open.
            reason: why, for the agent and for operators.
            context: variables that the conversation begins with.

        Returns:
            The id of the conversation.

        Raises:
            InvalidField: neither a contact nor an address is given, or both.
            ConversationOpen: a conversation of the contact is open on the channel.
            ConversationStopped: the contact is stopped.
        """
        if bool(contact) == bool(address):
            raise InvalidField("name either a contact or an address", field="contact")
        key = ContactKey(account_id=self.account, contact_id=contact)
        if address:
            key = ContactKey(account_id=self.account, address=Address(channel=channel or "web", text=address))
        request = OpenConversationRequest(
            contact=key,
            channel=channel,
            owner=Owner(agent=agent or self._call.endpoint.agent),
            conversation_id=new_id(),  # the same in all attempts, so that one conversation is opened
            initiator=TRANSFER_INITIATOR_AGENT,
            intent_id=intent,
            reason=reason,
            context=to_struct(context),
        )
        return str((await self._tell_until_answered("OpenConversation", request)).conversation.conversation_id)

    async def _tell(self, method: str, request: Any) -> Any:
        """Call ConversationService in this task's trace and within its deadline."""
        stub = self._client.services.conversations(self._conversations_at())
        metadata = inject(get_current_span(self._span_context()))
        return await getattr(stub, method)(request, timeout=self.deadline.remaining, metadata=metadata)

    async def _tell_until_answered(self, method: str, request: Any) -> Any:
        """Call ConversationService as `_tell` does, and again while it is away: as often as calls to agents."""
        pause, longest = _PAUSES
        for _ in range(self._call.limits.max_retries):
            try:
                return await self._tell(method, request)
            except BotmeshError as error:
                if error.status.name != "UNAVAILABLE" or self.deadline.remaining <= pause:
                    raise
            await asyncio.sleep(pause)
            pause = min(longest, pause * 4)
        return await self._tell(method, request)

    def _invocation(self, agent: str, timeout: float | None, conversation_id: str) -> Invocation:
        endpoint = self._call.endpoint
        if conversation_id and conversation_id != self.conversation_id:
            raise ValueError("a task's delegations belong to its own conversation: leave conversation_id out")
        return Invocation(
            agent,
            Message(from_agent=endpoint.agent),
            self._call.chain.below(endpoint.named_in(self._call.chain)),
            timeout,
            self.deadline,
            self._span_context(),
            self._call.work,
        )

    def _span_context(self) -> Context:
        """The context of the bot's current span if that belongs to this chain, else that of the server span."""
        current = get_current()
        if get_current_span(current).get_span_context().trace_id == self._call.span.get_span_context().trace_id:
            return current
        return set_span_in_context(self._call.span)

    def _open_in_path(self) -> int:
        return self._call.chain.open_in_path

    def _named(self) -> Sequence[str]:
        return *self._call.chain.path, self._call.endpoint.named_in(self._call.chain)

    def _spent(self, reply: Reply) -> None:
        self._usage.extend(reply.total_usage)
