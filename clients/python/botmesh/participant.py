"""Assembles the parts that every member of the mesh has: agents, clients, services and tests."""

from collections.abc import Callable

from botmesh.calling.agent_client import AgentClient
from botmesh.calling.directory import Directory
from botmesh.calling.mesh_services import MeshServices
from botmesh.calling.peers import Peers
from botmesh.calling.registry_client import RegistryClient
from botmesh.limits import Limits
from botmesh.policies import Endpoint
from botmesh.settings import Settings
from botmesh.telemetry.telemetry import Telemetry


class Participant:
    """A process's membership in the mesh: its endpoint, its directory and its client for agents.

    The endpoint gets the mesh's limits whenever the registry sends them, narrowed by the settings and by `narrow`.
    Traces go to the address that the registry sends.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        settings: Settings,
        *,
        registry: RegistryClient | None = None,
        directory: Directory | None = None,
        narrow: Callable[[Limits], Limits] | None = None,
    ) -> None:
        """Assemble the parts. Nothing is connected yet.

        Args:
            endpoint: the identity, limits and counters of this member.
            settings: the member's settings.
            registry: the client of the registry; None: the member can call only the agents of `directory`.
            directory: the copy of the registry; default a new one.
            narrow: narrows limits further than the settings do; None: not at all.
        """
        self.endpoint = endpoint
        self.registry = registry
        self.directory = directory or Directory(endpoint.account, registry)
        self._narrowing = settings.narrowing
        self._narrow = narrow
        peers = Peers(settings.ejection_time, links=settings.links)
        services = MeshServices(endpoint, settings.services(registry.address if registry is not None else ""))
        endpoint.journal = services.journal(logged=settings.persist_messages)
        self.client = AgentClient(endpoint, self.directory, peers, services, settings.connect_timeout)
        endpoint.targets = self.directory
        self.directory.on_limits = self.learn
        self.directory.on_trace_endpoint = endpoint.telemetry.export_to
        self.directory.in_use = lambda: peers.in_flight > 0

    @classmethod
    def of_client(
        cls, name: str, account: str, settings: Settings, *, registry: str = "", directory: Directory | None = None
    ) -> "Participant":
        """Return the participant of a client that traces call `name`. `registry` is an IP and port; empty: none."""
        endpoint = Endpoint(Telemetry(name), account=account)
        registry_client = RegistryClient(registry, endpoint) if registry else None
        participant = cls(endpoint, settings, registry=registry_client, directory=directory)
        participant.learn(Limits())
        return participant

    def learn(self, limits: Limits) -> None:
        """Take over the mesh's limits as the ceiling, and narrow this member's limits from them."""
        self.endpoint.ceiling = limits
        own = limits.narrow(self._narrowing)
        self.endpoint.limits = own if self._narrow is None else self._narrow(own)

    async def close(self) -> None:
        """Stop watching, send the last reports, and close all connections except the registry's."""
        await self.directory.close()
        await self.client.close()
