"""Who answers: the account's primary agent, else its human desk; never nobody."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from botmesh.calling.directory import Directory
from botmesh.errors import BotmeshError, NoLiveInstance, TargetInternal
from botmesh.v1.agent_card_pb2 import EXPOSURE_INTERNAL
from botmesh.v1.conversation_pb2 import Owner
from botmesh.v1.instance_pb2 import READINESS_BUSY
from botmesh_conversations.model.state import State, name_of

_LOOK_SECONDS = 0.1
"""Seconds between two looks at the copy."""


@dataclass(slots=True)
class Routing:
    """The primary agent of one account, and who else is there."""

    account: str
    directory: Directory
    primary: str = ""
    """Empty: the account routes to its desk."""
    channels: Sequence[str] = ()
    """Those that the primary answers on; empty: all."""

    def first(self, channel: str) -> Owner:
        """Who owns a new conversation."""
        answers = self.primary and (not self.channels or channel in self.channels)
        return Owner(agent=self.primary) if answers and not self.is_internal(self.primary) else Owner(desk="")

    def for_contact(self, assigned: str, channel: str) -> Owner:
        """Who owns a new conversation of a contact: its assigned agent, else who owns any."""
        if assigned and not self.is_internal(assigned):
            return Owner(agent=assigned)
        return self.first(channel)

    def after(self, state: State, agent: str, named: Owner | None = None, *, only_active: bool = False) -> Owner:
        """Who takes over from an agent that does not answer: the named fallback, else the primary, else the desk.

        Never the agent itself, and nobody who failed since the last answer. A primary that is away is waited for as
        any owner is, unless `only_active`.
        """
        primary = self.first(state.view.channel)
        if named is not None and named.agent != agent and self._can_take_over(state, named):
            return named
        if primary.agent not in ("", agent) and not self._failed_of_late(state, primary.agent):
            return primary if not only_active or self.is_active(primary.agent) else Owner(desk="")
        return Owner(desk="")

    def fallback(self, state: State, named: Owner | None) -> Owner | None:
        """Who takes over when a transfer's target does not; None: the owner keeps it."""
        owner = state.view.owner
        failed = bool(owner.agent) and state.has_failed(owner.agent)
        if named is None or name_of(named) == name_of(owner):
            return self.after(state, owner.agent) if failed else None
        for candidate in (named, self.first(state.view.channel)):
            if self._can_take_over(state, candidate):
                return candidate
        return Owner(desk="")

    def _can_take_over(self, state: State, owner: Owner) -> bool:
        if not owner.agent:
            return True
        is_there = self.is_active(owner.agent) and not self.is_internal(owner.agent)
        return is_there and not self._failed_of_late(state, owner.agent)

    def _failed_of_late(self, state: State, agent: str) -> bool:
        """Whether an agent failed on something that nobody has answered since, a message or a dialog."""
        return state.failed_agents.get(agent, 0) > state.answered_through

    async def appears(self, agent: str) -> None:
        """While the registry has just started, an agent that is missing may only be late."""
        await self.directory.ready()
        while self.directory.warming and not self.directory.live(self.account, agent):  # noqa: ASYNC110 - a copy tells nobody
            await asyncio.sleep(_LOOK_SECONDS)

    async def check_known(self, agent: str) -> None:
        """Refuse an agent that nobody has ever heard of; one that is away is fine.

        Raises:
            UnknownAgent: the nearest names are in its metadata.
        """
        await self.directory.look_up(self.account, agent, 5.0)
        with contextlib.suppress(NoLiveInstance):
            self.directory.find(self.account, agent)

    async def check_target(self, agent: str) -> None:
        """Refuse what cannot own a conversation.

        Raises:
            UnknownAgent, NoLiveInstance: it is not registered, or not active.
            TargetInternal: only other agents may reach it.
        """
        await self.directory.look_up(self.account, agent, 5.0)
        self.directory.find(self.account, agent)
        self.refuse_internal(agent)

    def refuse_internal(self, agent: str) -> None:
        """Refuse an agent that is known to be internal.

        Raises:
            TargetInternal: only other agents may reach it.
        """
        if self.is_internal(agent):
            raise TargetInternal(f"{agent} is internal: only other agents reach it", agent=agent)

    def is_internal(self, agent: str) -> bool:
        """Whether an agent that is active is internal."""
        try:
            return self.directory.find(self.account, agent).exposure == EXPOSURE_INTERNAL
        except BotmeshError:
            return False

    def is_active(self, agent: str) -> bool:
        """Whether an instance of it can be called."""
        return bool(self.directory.live(self.account, agent))

    def is_ready(self, agent: str) -> bool:
        """Whether an instance of it is ready, not only busy."""
        return any(instance.readiness != READINESS_BUSY for instance in self.directory.live(self.account, agent))
