"""A client of the mesh, for programs that call agents and serve none."""

from types import TracebackType

from botmesh.calling.directory import Directory
from botmesh.calling.invocation import Invocation
from botmesh.chain import Chain
from botmesh.delegator import Delegator
from botmesh.names import check_id
from botmesh.participant import Participant
from botmesh.settings import Settings, load
from botmesh.v1 import message_pb2
from botmesh.v1.agent_pb2 import Agent


class Mesh(Delegator):
    """A client of the mesh. Every delegation starts a new chain."""

    def __init__(self, participant: Participant) -> None:
        """Make a client of a participant. Use `connect` instead."""
        super().__init__(participant.client)
        self._participant = participant

    @property
    def directory(self) -> Directory:
        """The watched copy of the registry."""
        return self._client.directory

    def agents(self) -> list[Agent]:
        """Return the agents in the directory, by account and name, with their live and other instances."""
        return self.directory.agents()

    def _invocation(self, agent: str, timeout: float | None, conversation_id: str) -> Invocation:
        if conversation_id:
            check_id("conversation_id", conversation_id)
        chain = Chain.root(self._participant.endpoint.account, conversation_id)
        return Invocation(agent, message_pb2.Message(), chain, timeout)

    async def close(self) -> None:
        """Close all connections, and export the last spans."""
        await self._participant.close()
        if self._participant.registry is not None:
            await self._participant.registry.close()
        await self._participant.endpoint.telemetry.stop()


class connect:  # noqa: N801 - reads as the verb it is: `async with botmesh.connect() as mesh`
    """Connects to a mesh: `async with botmesh.connect() as mesh: await mesh.delegate(...)`.

    Args:
        registry: IP and port of the registry; default from the settings.
        account: the client's account; default from the settings.
        settings: all settings at once; default from file and environment.
        name: the client's name in traces.

    Raises:
        RegistryUnreachable: no registry answers within 5 s.
        InvalidField: the account or a setting is malformed.
    """

    def __init__(
        self,
        registry: str | None = None,
        *,
        account: str | None = None,
        settings: Settings | None = None,
        name: str = "botmesh-client",
    ) -> None:
        """Read the settings. Nothing is connected before `async with`."""
        self._settings = settings or load()
        self._registry = registry or self._settings.registry
        self._account = check_id("account", account or self._settings.account)
        self._name = name

    async def __aenter__(self) -> Mesh:
        """Connect, and return the mesh once its directory is complete."""
        participant = Participant.of_client(self._name, self._account, self._settings, registry=self._registry)
        self._mesh = Mesh(participant)
        try:
            await participant.directory.ready()
        except BaseException:
            await self._mesh.close()
            raise
        return self._mesh

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the client."""
        await self._mesh.close()
