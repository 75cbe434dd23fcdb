"""A client of the mesh that is no agent."""

from types import TracebackType

from botmesh.calling.agent_client import AgentClient, Invocation
from botmesh.calling.directory import Directory
from botmesh.calling.peers import Peers
from botmesh.calling.registry_client import RegistryClient
from botmesh.chain import Chain
from botmesh.delegator import Delegator
from botmesh.limits import Limits
from botmesh.names import check_id
from botmesh.policies import End
from botmesh.settings import Settings, load
from botmesh.telemetry.telemetry import Telemetry
from botmesh.v1 import message_pb2
from botmesh.v1.agent_pb2 import Agent


class Mesh(Delegator):
    """A client of the mesh that is no agent: every delegation starts a chain."""

    def __init__(self, end: End, directory: Directory, settings: Settings) -> None:
        """Use `connect` to make one."""
        self._end = end
        services = settings.services(directory.registry.address if directory.registry is not None else "")
        peers = Peers(settings.set_aside, links=settings.links)
        self._caller = AgentClient(end, directory, peers, settings.connect_timeout, services)
        self._caller.report(logged=settings.persist_messages)

    @property
    def directory(self) -> Directory:
        """The watched copy of the registry."""
        return self._caller.directory

    def agents(self) -> list[Agent]:
        """The agents in the watched copy, by account and name."""
        return self.directory.agents()

    def _ask(self, agent: str, timeout: float | None, conversation_id: str) -> Invocation:
        if conversation_id:
            check_id("conversation_id", conversation_id)
        chain = Chain.root(self._end.account, conversation_id)
        return Invocation(agent, message_pb2.Message(), chain, timeout)

    async def close(self) -> None:
        """Close all connections and export the last spans."""
        await self.directory.close()
        await self._caller.close()
        if self.directory.registry is not None:
            await self.directory.registry.close()
        await self._end.telemetry.stop()


class connect:  # noqa: N801 - reads as the verb it is: `async with botmesh.connect() as mesh`
    """Connects to a mesh: `async with botmesh.connect() as mesh: await mesh.delegate(...)`.

    Args:
        registry: IP and port of the registry; default from the settings.
        account: the tenant; default from the settings.
        settings: all settings at once; default from file and environment.
        name: what traces call this client.

    Raises:
        RegistryUnreachable: no registry answers within 5 s.
    """

    def __init__(
        self,
        registry: str | None = None,
        *,
        account: str | None = None,
        settings: Settings | None = None,
        name: str = "botmesh-client",
    ) -> None:
        """Nothing happens before `async with`."""
        self._settings = settings or load()
        self._registry = registry or self._settings.registry
        self._account = check_id("account", account or self._settings.account)
        self._name = name

    async def __aenter__(self) -> Mesh:
        """The mesh, with a first copy of its agents."""
        telemetry = Telemetry(self._name)
        narrowing = self._settings.narrowing
        end = End(telemetry, account=self._account, limits=Limits().narrow(narrowing))
        directory = Directory(self._account, RegistryClient(self._registry, end))
        end.targets = directory

        def learn(limits: Limits) -> None:
            end.ceiling, end.limits = limits, limits.narrow(narrowing)

        directory.on_limits = learn
        directory.on_trace_endpoint = telemetry.export_to
        self._mesh = Mesh(end, directory, self._settings)
        try:
            await directory.ready()
        except BaseException:
            await self._mesh.close()
            raise
        return self._mesh

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the mesh."""
        await self._mesh.close()
