"""Delegates to several agents at once: consult, collaborate, broadcast."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from botmesh import team
from botmesh.errors import BotmeshError
from botmesh.invoker import Invoker, Options
from botmesh.names import new_id
from botmesh.parts import Content
from botmesh.team import MIN_CONFIDENCE, Consultation, Opinion, Receipt, Stop
from botmesh.v1.conversation_service_pb2 import GetConversationRequest
from botmesh.v1.message_pb2 import (
    MESSAGE_TYPE_BROADCAST,
    MESSAGE_TYPE_COLLABORATE,
    MESSAGE_TYPE_DELEGATE,
    MessageType,
)

QUERY_TIMEOUT = 5.0
"""Seconds for one query to a service of the mesh."""


class GroupDelegator(Invoker):
    """Delegates to several agents at once."""

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
        """Ask several agents the same question, and rank their answers.

        Each agent is asked in a conversation of its own, so that the contact's conversation shows nothing of it. The
        limit `max_delegations` bounds how many are asked at a time; the others wait.

        Args:
            content: the question.
            agents: names of agents. All live agents that have all of `tags` and the `skill` are asked as well.
            tags: tags of the agent or of its skills.
            skill: the id of a skill that the agent declares.
            min_confidence: 0 to 1; answers with less confidence, or with none, are listed as unsure.
            stop: "all" waits for all answers; "first", or a number, ends with so many sure answers and cancels the
                other delegations.
            timeout: seconds for each delegation.
            context: variables for all agents.

        Raises:
            InvalidField: the arguments select no agent.
            UnknownSkill: no live agent has the skill.
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
        """Give several agents the same task, and tell each of them who the others are.

        The names of the others are in the variable `collaborators`. The method waits for all answers, and ranks those
        without a confidence as well. The arguments and errors are those of `consult`.
        """
        names = await self._chosen(agents, tags, skill)

        async def ask(agent: str) -> Opinion:
            others = [name for name in names if name != agent]
            options: Options = {"timeout": timeout, "context": {**(context or {}), "collaborators": others}}
            return await self._opinion(agent, content, options, MESSAGE_TYPE_COLLABORATE)

        return await team.consult(names, ask, at_once=self._at_once(), min_confidence=0.0, stop="all")

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
        """Send one notification to several agents, and return a receipt for each of them.

        Args:
            content: the message; the `on_notify` function of each bot gets it.
            agents: names of agents. All live agents that have all of `tags` and the `skill` are notified as well.
            tags: tags of the agent or of its skills.
            skill: the id of a skill that the agent declares.
            everybody: whether all live agents of the account are notified.
            conversation: the id of a conversation whose owner and members are notified.
            timeout: seconds that each agent has to handle the notification.
            context: variables for all agents.

        Raises:
            InvalidField: the arguments select no agent.
            UnknownSkill: no live agent has the skill.
            UnknownConversation: there is no conversation of this id.
        """
        if conversation:
            agents = [*agents, *await self._bots_of(conversation)]
        if everybody:
            agents = [*agents, *await self._live_agents()]
        names = await self._chosen([name for name in agents if name not in self._named()], tags, skill)
        places = asyncio.Semaphore(self._at_once())

        async def tell(agent: str) -> Receipt:
            invocation = self._compose(agent, content, {"timeout": timeout, "context": context})
            invocation.message.message_type = MESSAGE_TYPE_BROADCAST
            async with places:
                try:
                    await self._notify(invocation)
                except BotmeshError as error:
                    return Receipt(agent, invocation.message.message_id, error)
            return Receipt(agent, invocation.message.message_id)

        return list(await asyncio.gather(*map(tell, names)))

    async def _chosen(self, agents: Sequence[str], tags: Sequence[str], skill: str) -> list[str]:
        return await team.choose(self._client.directory, agents, tags, skill, self._named())

    async def _live_agents(self) -> list[str]:
        """The names of all live agents of the account."""
        directory = self._client.directory
        await directory.ready()
        account = directory.account
        names = [agent.card.name for agent in directory.agents() if agent.card.account_id == account]
        return [name for name in names if directory.live(account, name)]

    async def _bots_of(self, conversation: str) -> list[str]:
        """The agents among a conversation's owner and members."""
        request = GetConversationRequest(conversation_id=conversation)
        stub = self._client.services.conversations(self._conversations_at())
        view = (await stub.GetConversation(request, timeout=QUERY_TIMEOUT)).conversation
        bots = [view.owner.agent, *(member.agent for member in view.members)]
        return [bot for bot in bots if bot and bot not in self._named()]

    async def _opinion(
        self, agent: str, content: Content, options: Options, kind: MessageType = MESSAGE_TYPE_DELEGATE
    ) -> Opinion:
        invocation = self._compose(agent, content, options)
        invocation.message.message_type = kind
        if kind == MESSAGE_TYPE_DELEGATE:
            invocation.chain = replace(invocation.chain, conversation_id=new_id(), open=0)
            invocation.message.conversation_id = invocation.chain.conversation_id
        conversation = invocation.chain.conversation_id
        try:
            reply = await self._invoke(invocation)
        except BotmeshError as error:
            return Opinion(agent, conversation, error=error)
        directory = self._client.directory
        live = directory.live(directory.account, agent)
        address = next((instance.address for instance in live if instance.instance_id == reply.instance), "")
        return Opinion(agent, conversation, address, reply)
