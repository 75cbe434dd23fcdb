"""Delegates to agents: delegate, stream, send, consult, find. The same methods on a Task and on a Mesh."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack

from botmesh import team
from botmesh.calling.agent_client import AgentClient, Invocation
from botmesh.errors import BotmeshError, InvalidField, RegistryUnreachable, Unavailable
from botmesh.limits import duration
from botmesh.names import check_id, new_id
from botmesh.parts import Content, stamp, to_parts, to_struct
from botmesh.reply import Reply
from botmesh.reply_stream import ReplyStream
from botmesh.task_handle import TaskHandle, TaskStatus, list_tasks, submit
from botmesh.team import MIN_CONFIDENCE, Consultation, Opinion, Receipt, Stop
from botmesh.telemetry.telemetry import trace_id_of
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1 import message_pb2
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.conversation_service_pb2 import GetConversationRequest
from botmesh.v1.task_service_pb2 import SubmitTaskRequest

QUERY_TIMEOUT = 5.0
"""Seconds for one query to a service of the mesh."""


class Options(TypedDict, total=False):
    """What can be said of a delegation, besides whom and what."""

    timeout: float | None
    """Seconds; the default is the mesh's (30), never more than what is left of the parent's."""
    context: Mapping[str, Any] | None
    """Variables for the callee: what JSON can hold."""
    skill: str
    """The callee's skill that is meant."""
    conversation_id: str
    """The conversation; inside a delegation the same as its own."""
    message_id: str
    """The idempotency key; the same one again joins the work or gets the same reply."""
    max_hops: int | None
    """The most hops of the whole chain, if fewer than the mesh allows."""


@dataclass(frozen=True, slots=True)
class Match:
    """An agent that fits an utterance."""

    name: str
    """What to delegate to."""
    score: float
    """Greater is better; comparable within one answer only."""
    skill_id: str
    """The skill that fits best."""
    card: AgentCard
    confidence: float = 1.0
    """How sure the registry is that the skill is meant, 0 to 1; comparable between answers."""


class Delegator(ABC):
    """What both a Task and a Mesh can do."""

    def __init__(self, client: AgentClient) -> None:
        """Delegate by `client`."""
        self._client = client

    @abstractmethod
    def _invocation(self, agent: str, timeout: float | None, conversation_id: str) -> Invocation:
        """An invocation of `agent` with an empty message, in the chain that this continues or starts."""

    def _spent(self, reply: Reply) -> None:  # noqa: B027 - a client need not
        """Take note of what an answer cost."""

    async def delegate(self, agent: str = "", content: Content = None, **options: Unpack[Options]) -> Reply:
        """Ask an agent to do a task and wait for its reply, which says who answered.

        Args:
            agent: a name, or account/name for one that another account shares. Empty: a live agent that declares
                the `skill`; one that turns out not to be there is passed over.
            content: text, a dict, parts, or several of them.
            **options: see Options.

        Raises:
            BotmeshError: refused or failed; see botmesh.errors for the tree.
        """
        if agent:
            return await self._delegate(agent, content, options)
        candidates = await self._with_skill(options.get("skill", ""))
        for candidate in candidates[:-1]:
            try:
                return await self._delegate(candidate, content, options)
            except Unavailable as error:
                if error.started:
                    raise
        return await self._delegate(candidates[-1], content, options)

    async def _delegate(self, agent: str, content: Content, options: Options) -> Reply:
        invocation = self._compose(agent, content, options)
        return await self._invoke(invocation)

    async def _invoke(self, invocation: Invocation) -> Reply:
        request = pb.DelegateRequest(message=invocation.message)
        response, call = await self._client.unary("Delegate", invocation, request, pb.DelegateResponse.FromString)
        reply = Reply.from_proto(response.reply, trace_id_of(call.span))
        self._spent(reply)
        return reply

    def stream(self, agent: str, content: Content = None, **options: Unpack[Options]) -> ReplyStream:
        """As `delegate`, with the reply as it comes."""
        return ReplyStream(self._client.stream(self._compose(agent, content, options)), self._spent)

    async def send(self, agent: str, content: Content = None, **options: Unpack[Options]) -> str:
        """Delegate without waiting for the result: returns when the callee has taken the work.

        The work goes on under `timeout` and ends with it. Returns the message id.
        """
        invocation = self._compose(agent, content, options)
        await self._client.unary(
            "Notify", invocation, pb.NotifyRequest(message=invocation.message), pb.NotifyResponse.FromString
        )
        return invocation.message.message_id

    async def submit(
        self,
        agent: str = "",
        content: Content = None,
        *,
        run_timeout: float | None = None,
        queue_timeout: float | None = None,
        at_most_once: bool = False,
        receipt: bool = True,
        **options: Unpack[Options],
    ) -> TaskHandle:
        """Have work done that outlasts a call: returns as soon as the task is durable.

        It survives restarts of the mesh and of the agent, and waits for an agent that is busy or away. Inside a
        delegation it continues the chain; its end is told to this bot's `on_receipt` function.

        Args:
            agent: a name; empty: a live agent that declares the `skill`.
            content: text, a dict, parts, or several of them.
            run_timeout: seconds that it may run in all, not counting what it waits; default the mesh's (3600).
            queue_timeout: seconds that it may wait at a time; default and most a day.
            at_most_once: fail with OUTCOME_UNKNOWN rather than begin again where the work was lost half-way.
            receipt: whether this bot is told of the end.
            **options: see Options; `message_id` becomes the task's id, and `timeout` does not apply.

        Raises:
            QueueFull: as many tasks wait for the agent as may; nothing was taken in.
            BotmeshError: refused, as the delegation would be.
        """
        invocation = self._compose(agent, content, options)
        request = SubmitTaskRequest(
            message=invocation.message,
            run_timeout=None if run_timeout is None else duration(run_timeout),
            queue_timeout=None if queue_timeout is None else duration(queue_timeout),
            at_most_once=at_most_once,
            no_receipt=not receipt,
        )
        return await submit(self._client, invocation, request)

    def task(self, task_id: str) -> TaskHandle:
        """A task that was submitted before, by its id."""
        return TaskHandle(self._client, task_id, self._client.directory.account)

    async def tasks(self, **only: Any) -> list[TaskStatus]:
        """The account's tasks, the one in which something happened last first, 50 at most.

        Args:
            **only: those that fit, by the names of ListTasksRequest: agent, from_agent, conversation_id,
                correlation_id, page_size; `states` takes words ("working").
        """
        return await list_tasks(self._client, only)

    async def consult(
        self,
        content: Content,
        *,
        agents: Sequence[str] = (),
        tags: Sequence[str] = (),
        skill: str = "",
        min_confidence: float = MIN_CONFIDENCE,
        stop: Stop = "all",
        timeout: float | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Consultation:
        """Ask several agents at once, each in a conversation of its own: the contact's shows nothing of it.

        As many as the limit of open delegations allows are asked at a time, the rest wait.

        Args:
            content: what all of them are asked.
            agents: by name; besides, all live ones that have all of `tags` and the `skill`.
            tags: of the agent or of its skills.
            skill: an id that the agent declares.
            min_confidence: 0 to 1; answers that are less sure, or do not say, are listed apart.
            stop: "all" waits for all; "first", or a number, ends with so many answers that are sure enough, and the
                others are cancelled.
            timeout: seconds for each.
            context: variables for all of them.

        Raises:
            InvalidField: nobody is meant.
            UnknownSkill: nobody has the skill.
        """
        names = await self._chosen(agents, tags, skill)
        options: Options = {"timeout": timeout, "context": context, "skill": skill}
        return await team.consult(
            names,
            lambda agent: self._opinion(agent, content, options),
            at_once=self._client.endpoint.limits.max_delegations,
            min_confidence=min_confidence,
            stop=stop,
        )

    async def collaborate(
        self,
        content: Content,
        *,
        agents: Sequence[str] = (),
        tags: Sequence[str] = (),
        skill: str = "",
        timeout: float | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Consultation:
        """Give several agents the same task; each is told who the others are, in its variable `collaborators`.

        All answers are waited for; those that do not say how sure they are count as well. Who is meant is said as
        for `consult`.
        """
        names = await self._chosen(agents, tags, skill)

        async def ask(agent: str) -> Opinion:
            others = [name for name in names if name != agent]
            options: Options = {"timeout": timeout, "context": {**(context or {}), "collaborators": others}}
            return await self._opinion(agent, content, options, message_pb2.MESSAGE_TYPE_COLLABORATE)

        at_once = self._client.endpoint.limits.max_delegations
        return await team.consult(names, ask, at_once=at_once, min_confidence=0.0, stop="all")

    async def broadcast(
        self,
        content: Content,
        *,
        agents: Sequence[str] = (),
        tags: Sequence[str] = (),
        skill: str = "",
        everybody: bool = False,
        conversation: str = "",
        timeout: float | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> list[Receipt]:
        """Tell several agents something and expect no answer: one notification each, a receipt from each.

        Args:
            content: what they are told; their `on_notify` functions hear it.
            agents: by name; besides, all live ones that have all of `tags` and the `skill`.
            tags: of the agent or of its skills.
            skill: an id that the agent declares.
            everybody: all live agents of the account.
            conversation: all bots of this conversation: its owner and its members.
            timeout: seconds that each has to hear it.
            context: variables for all of them.

        Raises:
            InvalidField: nobody is meant.
            UnknownSkill, UnknownConversation: there is none.
        """
        if conversation:
            agents = [*agents, *await self._bots_of(conversation)]
        if everybody:
            await self._client.directory.ready()
            account = self._client.directory.account
            live = [one.card.name for one in self._client.directory.agents() if one.card.account_id == account]
            agents = [*agents, *(name for name in live if self._client.directory.live(account, name))]
        names = await self._chosen([name for name in agents if name not in self._named()], tags, skill)
        places = asyncio.Semaphore(self._client.endpoint.limits.max_delegations)

        async def tell(agent: str) -> Receipt:
            invocation = self._compose(agent, content, {"timeout": timeout, "context": context})
            invocation.message.message_type = message_pb2.MESSAGE_TYPE_BROADCAST
            request = pb.NotifyRequest(message=invocation.message)
            async with places:
                try:
                    await self._client.unary("Notify", invocation, request, pb.NotifyResponse.FromString)
                except BotmeshError as error:
                    return Receipt(agent, invocation.message.message_id, error)
            return Receipt(agent, invocation.message.message_id)

        return list(await asyncio.gather(*map(tell, names)))

    async def _with_skill(self, skill: str) -> list[str]:
        """Who could be meant by a skill, in any order."""
        if not skill:
            raise InvalidField("name an agent, or a skill that it has to have", field="agent")
        found = await team.look_up_skill(self._client.directory, skill, self._named())
        random.shuffle(found)
        return found

    async def _chosen(self, agents: Sequence[str], tags: Sequence[str], skill: str) -> list[str]:
        return await team.choose(self._client.directory, agents, tags, skill, self._named())

    async def _bots_of(self, conversation: str) -> list[str]:
        """The agents among a conversation's owner and members."""
        request = GetConversationRequest(conversation_id=conversation)
        stub = self._client.services.conversations(self._conversations_at())
        view = (await stub.GetConversation(request, timeout=QUERY_TIMEOUT)).conversation
        bots = [view.owner.agent, *(member.agent for member in view.members)]
        return [bot for bot in bots if bot and bot not in self._named()]

    def _conversations_at(self) -> str:
        """Where ConversationService answers."""
        return self._client.services.address_of("conversations")

    def _named(self) -> Sequence[str]:
        """Who stands in the chain already, and cannot be asked again."""
        return ()

    async def _opinion(
        self,
        agent: str,
        content: Content,
        options: Options,
        kind: message_pb2.MessageType = message_pb2.MESSAGE_TYPE_DELEGATE,
    ) -> Opinion:
        invocation = self._compose(agent, content, options)
        invocation.message.message_type = kind
        if kind == message_pb2.MESSAGE_TYPE_DELEGATE:
            invocation.chain = replace(invocation.chain, conversation_id=new_id())
            invocation.message.conversation_id = invocation.chain.conversation_id
        conversation = invocation.chain.conversation_id
        try:
            reply = await self._invoke(invocation)
        except BotmeshError as error:
            return Opinion(agent, conversation, error=error)
        directory = self._client.directory
        live = directory.live(directory.account, agent)
        address = next((one.address for one in live if one.instance_id == reply.instance), "")
        return Opinion(agent, conversation, address, reply)

    async def find(
        self,
        query: str,
        *,
        tags: Sequence[str] = (),
        languages: Sequence[str] = (),
        limit: int = 5,
        min_confidence: float | None = None,
    ) -> list[Match]:
        """The active agents whose skills fit an utterance, best first; empty if none fits.

        Args:
            query: what somebody said.
            tags: only agents with all of these.
            languages: only agents that speak one of these, or name none.
            limit: how many at most, 1 to 100.
            min_confidence: 0 to 1; default 0.5; with 0 all that share a word with the query.

        Raises:
            RegistryUnreachable: the registry does not answer.
        """
        directory = self._client.directory
        if directory.registry is None:
            raise RegistryUnreachable("finding agents needs a registry, and here is none")
        found = await directory.registry.find(directory.account, query, tags, languages, limit, min_confidence)
        account = directory.account
        return [
            Match(
                one.card.name if one.card.account_id == account else f"{one.card.account_id}/{one.card.name}",
                one.score,
                one.skill_id,
                one.card,
                one.confidence,
            )
            for one in found
        ]

    def _compose(self, agent: str, content: Content, options: Options) -> Invocation:
        invocation = self._invocation(agent, options.get("timeout"), options.get("conversation_id", ""))
        invocation.chain = invocation.chain.narrowed(options.get("max_hops"))
        message, message_id = invocation.message, options.get("message_id", "")
        message.to_agent = agent.rpartition("/")[2]
        message.message_type = message_pb2.MESSAGE_TYPE_DELEGATE
        message.payload.extend(to_parts(content))
        message.correlation_id = invocation.chain.correlation_id
        stamp(message.timestamp)
        message.message_id = check_id("message_id", message_id) if message_id else new_id()
        message.conversation_id = invocation.chain.conversation_id
        message.account_id = invocation.chain.account_id
        message.skill_id = options.get("skill", "")
        variables = to_struct(options.get("context"))
        if variables is not None:
            message.context.CopyFrom(variables)
        return invocation
