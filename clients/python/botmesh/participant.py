"""The one place that assembles what every member of the mesh has: agent, client, service, test."""

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
    """A member of the mesh: its endpoint, its copy of the registry, and its client for agents.

    The mesh's limits reach the endpoint from the moment on when the registry tells them, narrowed by the settings and
    by `narrow`; traces go where the registry says.
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
        """Assemble; nothing is connected yet.

        Args:
            endpoint: who this member is.
            settings: its settings.
            registry: where it looks agents up; None: it knows only those of `directory`.
            directory: its copy of the registry; default a new one.
            narrow: makes limits narrower than the settings do; default not at all.
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
        """A client that is no agent, which traces call `name`; `registry` is an IP and port, empty: none."""
        endpoint = Endpoint(Telemetry(name), account=account)
        registry_client = RegistryClient(registry, endpoint) if registry else None
        participant = cls(endpoint, settings, registry=registry_client, directory=directory)
        participant.learn(Limits())
        return participant

    def learn(self, limits: Limits) -> None:
        """Take the mesh's limits as the ceiling."""
        self.endpoint.ceiling = limits
        own = limits.narrow(self._narrowing)
        self.endpoint.limits = own if self._narrow is None else self._narrow(own)

    async def close(self) -> None:
        """Stop watching, wait for what was still to be told, and close all connections but the registry's."""
        await self.directory.close()
        await self.client.close()
