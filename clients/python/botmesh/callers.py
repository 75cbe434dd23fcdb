"""How a service of the mesh that is no agent calls agents: one caller per account."""

import functools

from botmesh.caller import Caller
from botmesh.directory import Directory
from botmesh.interceptors import End
from botmesh.limits import Limits
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.peers import Peers
from botmesh.registry import RegistryClient
from botmesh.settings import Settings
from botmesh.telemetry import Telemetry


class Callers:
    """The callers of one process, each made when it is first needed."""

    def __init__(self, settings: Settings, telemetry: Telemetry, registry: str) -> None:
        """`registry` is where the registry answers."""
        self._settings = settings
        self._telemetry = telemetry
        self._registry = RegistryClient(registry, self._end(DEFAULT_ACCOUNT))
        self._callers: dict[str, Caller] = {}

    def of(self, account: str) -> Caller:
        """What calls one account's agents."""
        if account not in self._callers:
            end = self._end(account)
            directory = end.targets = Directory(account, self._registry)
            directory.on_trace_endpoint = self._telemetry.export_to
            directory.on_limits = functools.partial(self._learn, end)
            peers = Peers(self._settings.set_aside, links=self._settings.links)
            services = self._settings.services(self._registry.address)
            caller = Caller(end, directory, peers, self._settings.connect_timeout, services)
            caller.report(logged=self._settings.persist_messages)
            self._callers[account] = caller
        return self._callers[account]

    async def close(self) -> None:
        """Stop watching and close all connections."""
        for caller in self._callers.values():
            await caller.directory.close()
            await caller.close()
        await self._registry.close()

    def _end(self, account: str) -> End:
        limits = self._settings.limits
        return End(self._telemetry, account=account, ceiling=limits, limits=limits)

    def _learn(self, end: End, limits: Limits) -> None:
        end.ceiling, end.limits = limits, limits.narrow(self._settings.narrowing)
