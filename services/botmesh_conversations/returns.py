"""Gives conversations that went to the desk only because their owner was away back to it, once it is ready again."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from botmesh.errors import BotmeshError
from botmesh_conversations.accounts import Accounts
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.model.replacement import return_to_owner
from botmesh_conversations.projection import Projection
from botmesh_conversations.projector import COMPONENT
from botmesh_service.problems import Problems
from botmesh_service.supervisor import recovered

logger = logging.getLogger("botmesh")

RETURN_TASK = "returns"
LOOK_SECONDS = 0.5
"""Seconds between two looks at the owners that are away."""


class Returns:
    """Watches the owners that were away."""

    def __init__(
        self,
        projection: Projection,
        accounts: Accounts,
        problems: Problems,
        get: Callable[[str], Awaitable[ConversationAggregate]],
        advance: Callable[[ConversationAggregate], None],
        ready_seconds: float,
    ) -> None:
        """Watch nobody yet.

        Args:
            projection: knows which conversations return to whom.
            accounts: know which agents are ready.
            problems: where conversations that cannot be returned are noted.
            get: gives a conversation by its id.
            advance: begins what a conversation needs next.
            ready_seconds: how long an agent has to be ready without a break.
        """
        self._projection = projection
        self._accounts = accounts
        self._problems = problems
        self._get = get
        self._advance = advance
        self._ready_seconds = ready_seconds
        self._ready_since: dict[tuple[str, str], float] = {}
        """By account and agent, on the monotonic clock."""

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            away = self._projection.away()
            self._ready_since = {key: since for key, since in self._ready_since.items() if key in away}
            for (account, agent), conversation_ids in away.items():
                if await self._is_back(account, agent):
                    for conversation_id in conversation_ids:
                        await self._return(conversation_id, agent)
            recovered(self._problems, COMPONENT, RETURN_TASK)

    async def _is_back(self, account: str, agent: str) -> bool:
        """Whether an agent has been ready for long enough."""
        routing = (await self._accounts.of(account)).routing
        try:
            await routing.directory.ready()
        except BotmeshError:
            self._ready_since.pop((account, agent), None)
            return False
        if not routing.is_ready(agent):
            self._ready_since.pop((account, agent), None)
            return False
        since = self._ready_since.setdefault((account, agent), time.monotonic())
        return time.monotonic() - since >= self._ready_seconds

    async def _return(self, conversation_id: str, agent: str) -> None:
        try:
            live = await self._get(conversation_id)
            if await live.write(lambda state: return_to_owner(state, agent, time.time())):
                self._advance(live)
        except BotmeshError as error:
            logger.error("conversation %s: %s; it is tried again", conversation_id, error)  # noqa: TRY400
        except Exception as error:  # noqa: BLE001 - one conversation must not keep the others waiting
            text = f"it cannot be returned to {agent} ({type(error).__name__}: {error}); it is tried again"
            self._problems.unreadable(COMPONENT, conversation_id, text)
