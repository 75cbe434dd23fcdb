"""Delegates to agents: delegate, stream, send, submit, find. A Task and a Mesh have these methods."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from botmesh import team
from botmesh.errors import InvalidField, RegistryUnreachable, Unavailable
from botmesh.group_delegator import GroupDelegator
from botmesh.invoker import Options
from botmesh.limits import duration
from botmesh.parts import Content
from botmesh.reply import Reply
from botmesh.reply_stream import ReplyStream
from botmesh.task_handle import TaskHandle, TaskStatus, list_tasks, submit
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.task_service_pb2 import SubmitTaskRequest


@dataclass(frozen=True, slots=True)
class Match:
    """An agent whose skill fits an utterance."""

    name: str
    """The name to delegate to."""
    score: float
    """The rank of the match: greater is better. Scores are comparable within one answer only."""
    skill_id: str
    """The id of the skill that fits best."""
    card: AgentCard
    confidence: float = 1.0
    """How sure the registry is that the skill is meant, 0 to 1. Confidences are comparable between answers."""


class Delegator(GroupDelegator):
    """Delegates to one agent or several, in the chain that it continues or starts."""

    async def delegate(self, agent: str = "", content: Content = None, **options: Unpack[Options]) -> Reply:
        """Ask an agent to do a task, and wait for its reply, which names the agent that answered.

        Args:
            agent: a name, or account/name for an agent that another account shares. Empty: a live agent that declares
                the `skill`; if that agent turns out to be away, another one is asked.
            content: text, a dict, parts, or several of them.
            **options: see Options.

        Raises:
            BotmeshError: the delegation was refused or failed; botmesh.errors has the tree.
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

    def stream(self, agent: str, content: Content = None, **options: Unpack[Options]) -> ReplyStream:
        """Ask an agent to do a task, and return its reply as a stream of events.

        Nothing is sent before the first event is asked for. The arguments and errors are those of `delegate`.
        """
        return ReplyStream(self._client.stream(self._compose(agent, content, options)), self._spent)

    async def send(self, agent: str, content: Content = None, **options: Unpack[Options]) -> str:
        """Delegate without waiting for the result, and return the message id.

        The method returns when the callee has taken the work. The work goes on under `timeout` and ends with it. The
        errors are those of `delegate`.
        """
        invocation = self._compose(agent, content, options)
        await self._notify(invocation)
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
        """Submit durable work that outlasts a call, and return as soon as the task is stored.

        A task survives restarts of the mesh and of the agent, and waits for an agent that is busy or away. Inside a
        delegation it continues the chain; the receipt of its end goes to this bot's `on_receipt` function.

        Args:
            agent: a name; empty: a live agent that declares the `skill`.
            content: text, a dict, parts, or several of them.
            run_timeout: seconds that the task may run in all, without the time that it waits; default the mesh's
                (3600).
            queue_timeout: seconds that the task may wait at a time; a day by default and at most.
            at_most_once: fail with OUTCOME_UNKNOWN instead of starting again if the work was lost half-way.
            receipt: whether this bot gets a receipt.
            **options: see Options; `message_id` becomes the task's id, and `timeout` does not apply.

        Raises:
            QueueFull: the agent's queue is full; nothing was stored.
            BotmeshError: the task was refused, as the delegation would be.
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
        """Return the handle of a task that was submitted before. Nothing is asked yet."""
        return TaskHandle(self._client, task_id, self._client.directory.account)

    async def tasks(self, **only: Any) -> list[TaskStatus]:
        """List the account's tasks, at most 50, the most recently changed first.

        Args:
            **only: filters by the names of ListTasksRequest: agent, from_agent, conversation_id, correlation_id,
                page_size; `states` takes words ("working").

        Raises:
            InvalidField: there is no such state.
        """
        return await list_tasks(self._client, only)

    async def find(
        self,
        query: str,
        *,
        tags: Sequence[str] = (),
        languages: Sequence[str] = (),
        limit: int = 5,
        min_confidence: float | None = None,
    ) -> list[Match]:
        """Find the active agents whose skills fit an utterance, best first. The list is empty if none fits.

        Args:
            query: the utterance.
            tags: only agents with all of these.
            languages: only agents that speak one of these, or that declare no language.
            limit: the most matches, 1 to 100.
            min_confidence: 0 to 1; default 0.5; 0 returns all agents that share a word with the query.

        Raises:
            RegistryUnreachable: the registry does not answer, or there is none.
        """
        directory = self._client.directory
        if directory.registry is None:
            raise RegistryUnreachable("finding agents needs a registry, and here is none")
        matches = await directory.registry.find(directory.account, query, tags, languages, limit, min_confidence)
        return [
            Match(team.name_of(directory, match.card), match.score, match.skill_id, match.card, match.confidence)
            for match in matches
        ]

    async def _delegate(self, agent: str, content: Content, options: Options) -> Reply:
        return await self._invoke(self._compose(agent, content, options))

    async def _with_skill(self, skill: str) -> list[str]:
        """The live agents that declare a skill, in random order."""
        if not skill:
            raise InvalidField("name an agent, or a skill that it has to have", field="agent")
        candidates = await team.look_up_skill(self._client.directory, skill, self._named())
        random.shuffle(candidates)
        return candidates
