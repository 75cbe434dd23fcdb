"""Who answers: the account's primary agent, else its human desk; never nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from botmesh.directory import Directory
from botmesh.errors import BotmeshError, TargetInternal
from botmesh.v1.agent_card_pb2 import EXPOSURE_INTERNAL
from botmesh.v1.conversation_pb2 import Owner
from botmesh_conversations.fold import State


@dataclass(slots=True)
class Routing:
    """The primary agent of each account."""

    directory: Directory
    primaries: Mapping[str, str] = field(default_factory=dict)
    """By account; an account without one routes to its desk."""

    def first(self, account: str) -> Owner:
        """Who owns a new conversation."""
        primary = self.primaries.get(account)
        return Owner(agent=primary) if primary else Owner(desk="")

    def after(self, state: State, agent: str) -> Owner:
        """Who takes over from an agent that does not answer: the primary, else the desk."""
        primary = self.first(state.view.account_id)
        return Owner(desk="") if primary.agent in ("", agent) else primary

    def fallback(self, state: State, named: Owner | None) -> Owner | None:
        """Who takes over when a transfer's target does not; None: the owner keeps it."""
        account = state.view.account_id
        if named is not None:
            for owner in (named, self.first(account)):
                if not owner.agent or self._is_active(account, owner.agent):
                    return owner
            return Owner(desk="")
        owner = state.view.owner
        if owner.WhichOneof("owner") == "desk" or self._is_active(account, owner.agent):
            return None
        return self.after(state, owner.agent)

    async def check_target(self, account: str, agent: str) -> None:
        """Refuse what cannot own a conversation.

        Raises:
            UnknownAgent, NoLiveInstance: it is not registered, or not active.
            TargetInternal: only other agents may reach it.
        """
        await self.directory.look_up(account, agent, 5.0)
        card = self.directory.find(account, agent)
        if card.exposure == EXPOSURE_INTERNAL:
            raise TargetInternal(f"{agent} is internal: only other agents reach it", agent=agent)

    def _is_active(self, account: str, agent: str) -> bool:
        try:
            self.directory.find(account, agent)
        except BotmeshError:
            return False
        return True
