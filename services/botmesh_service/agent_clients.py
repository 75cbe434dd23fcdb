"""How a service of the mesh that is no agent calls agents: one caller per account."""

import asyncio
import sys
from collections import OrderedDict
from dataclasses import dataclass

from botmesh.calling.agent_client import AgentClient
from botmesh.calling.directory import IDLE_SECONDS, Directory
from botmesh.calling.peers import Peers
from botmesh.calling.registry_client import RegistryClient
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.participant import Participant
from botmesh.policies import Endpoint
from botmesh.settings import Settings
from botmesh.telemetry.telemetry import Telemetry

MAX_UNUSED = 1_000
"""Accounts that are kept in memory although nobody uses them: names are anybody's, and cost about 30 KiB each."""
_LOOK_EVERY = 100
"""Accounts that may come before the unused ones are looked for again: each look goes through all of them."""


@dataclass(slots=True)
class _Kept:
    caller: AgentClient
    references: int = 0
    """To the caller, its directory and its end, where only this module and they themselves have any."""


class AgentClients:
    """The callers of one process, each made when it is first needed.

    A caller is kept as long as anybody else has it, and many that nobody has: the ones used longest ago are closed.
    The copy of the registry that one keeps is dropped when nobody has asked about it for a minute, and made anew when
    somebody does.
    """

    def __init__(
        self,
        settings: Settings,
        telemetry: Telemetry,
        registry: str,
        *,
        max_unused: int = MAX_UNUSED,
        idle: float = IDLE_SECONDS,
    ) -> None:
        """`registry` is where the registry answers; `idle`: seconds after which a copy is dropped."""
        self._settings = settings
        self._telemetry = telemetry
        self._registry = RegistryClient(registry, self._endpoint(DEFAULT_ACCOUNT), in_mesh=True)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._max_unused = max_unused
        self._idle = idle
        self._looked_at = 0
        self._closing: set[asyncio.Task[None]] = set()

    def of(self, account: str) -> AgentClient:
        """What calls one account's agents."""
        kept = self._kept.get(account)
        if kept is None:
            self._close_unused()
            kept = self._kept[account] = _Kept(self._make(account))
            kept.references = _references(kept.caller)
        self._kept.move_to_end(account)
        return kept.caller

    async def close(self) -> None:
        """Stop watching and close all connections."""
        for kept in self._kept.values():
            await _close(kept.caller)
        if self._closing:
            await asyncio.wait(self._closing)
        await self._registry.close()

    def __len__(self) -> int:
        """How many accounts are kept in memory."""
        return len(self._kept)

    def _make(self, account: str) -> AgentClient:
        directory = Directory(account, self._registry, idle=self._idle)
        return Participant(self._endpoint(account), self._settings, registry=self._registry, directory=directory).client

    def _close_unused(self) -> None:
        """Close the accounts that nobody has, beyond as many as may stay; those used longest ago first."""
        if len(self._kept) < self._max_unused or len(self._kept) < self._looked_at:
            return
        room = max(1, min(_LOOK_EVERY, self._max_unused // 10))  # for those that come until the next look
        unused = [name for name, kept in self._kept.items() if _is_unused(kept)]
        for name in unused[: max(0, len(unused) + room - self._max_unused)]:
            task = asyncio.get_running_loop().create_task(_close(self._kept.pop(name).caller))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        self._looked_at = len(self._kept) + room

    def _endpoint(self, account: str) -> Endpoint:
        limits = self._settings.limits
        return Endpoint(self._telemetry, account=account, ceiling=limits, limits=limits)


def _references(caller: AgentClient) -> int:
    return sys.getrefcount(caller) + sys.getrefcount(caller.directory) + sys.getrefcount(caller.endpoint)


def _is_unused(kept: _Kept) -> bool:
    """Whether only this module has it. A watch that runs has its directory as well: then it was asked about of late."""
    return _references(kept.caller) <= kept.references and not _is_open(kept.caller.peers)


def _is_open(peers: Peers) -> bool:
    return peers.in_flight > 0


async def _close(caller: AgentClient) -> None:
    await caller.directory.close()
    await caller.close()
