"""How a service of the mesh, which is no agent itself, calls agents: one client per account."""

import asyncio
import sys
from collections import OrderedDict
from dataclasses import dataclass

from botmesh.calling.agent_client import AgentClient
from botmesh.calling.directory import IDLE_SECONDS, Directory
from botmesh.calling.registry_client import RegistryClient
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.participant import Participant
from botmesh.policies import Endpoint
from botmesh.settings import Settings
from botmesh.telemetry.telemetry import Telemetry

MAX_UNUSED = 1_000
"""Unused accounts that stay in memory: any caller can name an account, and each costs about 30 KiB."""
_SWEEP_EVERY = 100
"""New accounts between two searches for unused ones: each search goes through all accounts."""


@dataclass(slots=True)
class _Entry:
    client: AgentClient
    references: int = 0
    """References to the client, its directory and its endpoint while nothing outside this module holds them."""


class AgentClients:
    """The agent clients of one process, one for each account, made when first needed.

    A client stays open while something else holds it. Up to `max_unused` others stay as well; of more, those used
    longest ago are closed. A client's directory stops watching the registry after `idle` seconds without a question,
    and watches again at the next one.
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
        """Make no client yet.

        Args:
            settings: of the process.
            telemetry: records the calls.
            registry: "IP:PORT" of the registry.
            max_unused: accounts that stay in memory although nothing uses them.
            idle: seconds after which an unused directory stops watching.
        """
        self._settings = settings
        self._telemetry = telemetry
        self._registry = RegistryClient(registry, self._endpoint(DEFAULT_ACCOUNT), in_mesh=True)
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._max_unused = max_unused
        self._idle = idle
        self._next_sweep = 0
        """The number of accounts at which unused ones are searched for again."""
        self._closing: set[asyncio.Task[None]] = set()

    def of(self, account: str) -> AgentClient:
        """The client that calls one account's agents."""
        entry = self._entries.get(account)
        if entry is None:
            self._close_unused()
            entry = self._entries[account] = _Entry(self._make(account))
            entry.references = _references(entry.client)
        self._entries.move_to_end(account)
        return entry.client

    async def close(self) -> None:
        """Stop watching and close all connections."""
        for entry in self._entries.values():
            await _close(entry.client)
        if self._closing:
            await asyncio.wait(self._closing)
        await self._registry.close()

    def __len__(self) -> int:
        """How many accounts are in memory."""
        return len(self._entries)

    def _make(self, account: str) -> AgentClient:
        directory = Directory(account, self._registry, idle=self._idle)
        return Participant(self._endpoint(account), self._settings, registry=self._registry, directory=directory).client

    def _close_unused(self) -> None:
        """Close unused accounts beyond `max_unused`, those used longest ago first."""
        if len(self._entries) < self._max_unused or len(self._entries) < self._next_sweep:
            return
        room = max(1, min(_SWEEP_EVERY, self._max_unused // 10))  # for the accounts that come before the next sweep
        unused = [name for name, entry in self._entries.items() if _is_unused(entry)]
        for name in unused[: max(0, len(unused) + room - self._max_unused)]:
            task = asyncio.get_running_loop().create_task(_close(self._entries.pop(name).client))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        self._next_sweep = len(self._entries) + room

    def _endpoint(self, account: str) -> Endpoint:
        limits = self._settings.limits
        return Endpoint(self._telemetry, account=account, ceiling=limits, limits=limits)


def _references(client: AgentClient) -> int:
    return sys.getrefcount(client) + sys.getrefcount(client.directory) + sys.getrefcount(client.endpoint)


def _is_unused(entry: _Entry) -> bool:
    """Whether only this module holds the client, and no call runs. A running watch holds the directory as well."""
    return _references(entry.client) <= entry.references and entry.client.peers.in_flight == 0


async def _close(client: AgentClient) -> None:
    await client.directory.close()
    await client.close()
