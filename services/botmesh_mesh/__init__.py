"""Runs all services of a mesh in one process, with their storage in one folder."""

import functools
from collections.abc import Callable
from pathlib import Path

from botmesh.serving.grpc_server import Server
from botmesh_conversations import SERVICE_NAME as CONVERSATIONS
from botmesh_conversations import ConversationsComponent
from botmesh_journal import SERVICE_NAME as JOURNAL
from botmesh_journal import JournalService, Store
from botmesh_journal.store import Bounds
from botmesh_log.sqlite_log import open_log
from botmesh_registry import SERVICE_NAME as REGISTRY
from botmesh_registry import Registry
from botmesh_service import SERVICE_NAME as PROBLEMS
from botmesh_service import Problems, ProblemService
from botmesh_service.agent_clients import AgentClients
from botmesh_service.settings import ServiceSettings
from botmesh_tasks import SERVICE_NAME as TASKS
from botmesh_tasks import TasksComponent
from botmesh_team import SERVICE_NAME as TEAM
from botmesh_team import TeamService

SERVICE_NAMES = (CONVERSATIONS, TASKS, TEAM, JOURNAL, PROBLEMS)


class MeshProcess:
    """A mesh in one process: the registry and all services behind one address."""

    def __init__(
        self,
        folder: Path,
        settings: ServiceSettings,
        bind: str = "127.0.0.1:0",
        registry: Callable[[str], Registry] | None = None,
    ) -> None:
        """Bind the address and open the folder. More services can be added to `server.grpc` until `open` is called.

        Args:
            folder: stores the event log and all other files.
            settings: for the registry and all services.
            bind: IP and port to listen at; port 0 picks a free one.
            registry: makes the registry from the bound address; default: a registry with the settings' limits.

        Raises:
            InvalidField: the address is in use, another process uses the folder, or its log is damaged.
        """
        self.server = Server("botmesh", limits=lambda: settings.limits)
        self.address = self.server.bind(bind)
        self.problems = Problems()
        self.server.endpoint.telemetry.observe(
            "botmesh.problems", "{problem}", "Problems seen, those that are over included", self.problems.total
        )
        self.services = Services(folder, settings, self.server, self.problems)
        self.registry = registry(self.address) if registry is not None else Registry(limits=settings.limits)
        self.registry.note_in(self.problems)
        self.registry.add_to(self.server.grpc)

    async def open(self, *more: str) -> None:
        """Start the server, and resume the conversations and tasks of the last process.

        Args:
            *more: full names of further services on the server, for reflection and health.
        """
        await self.server.start(self.address, [REGISTRY, *SERVICE_NAMES, *more])
        await self.registry.open()
        await self.services.open()

    async def close(self, grace: float = 1.0) -> None:
        """Stop the services, wait at most `grace` seconds for open calls, and stop the server."""
        await self.services.close()
        await self.registry.close()
        await self.server.stop(grace)


class Services:
    """The conversations, the tasks, the team, the journal and the problems of a mesh.

    They share one event log and, for each account, one watch of the registry.
    """

    def __init__(
        self, folder: Path, settings: ServiceSettings, server: Server, problems: Problems | None = None
    ) -> None:
        """Wire the services and add them to a server.

        Args:
            folder: stores the event log and all other files.
            settings: for all services.
            server: is bound already, and serves the registry too.
            problems: notes damaged data and failures; default: a list of its own.

        Raises:
            InvalidField: another process uses the folder, or its log is damaged.
        """
        problems = Problems() if problems is None else problems  # not `or`: an empty Problems is false
        self._log = open_log(folder / "events.sqlite", problems.of_log)
        telemetry = server.endpoint.telemetry
        self._clients = AgentClients(settings, telemetry, server.address)
        self.conversations = ConversationsComponent(
            self._log,
            folder / "projection.sqlite",
            settings,
            telemetry,
            clients=self._clients,
            address=server.address,
            problems=problems,
        )
        self.tasks = TasksComponent(self._log, folder / "tasks.sqlite", settings, self._clients, problems)
        for projection in (self.conversations.conversations.projection, self.tasks.tasks.projection):
            if projection.damage:
                problems.storage("log", "lists", projection.damage)
        bounds = Bounds(settings.message_log_bytes, settings.message_log_age)
        unreadable = functools.partial(problems.unreadable, "journal")
        self._journal = JournalService(Store(folder / "journal.sqlite", bounds, unreadable))
        self._journal.add_to(server.grpc)
        TeamService(self._clients, server.address).add_to(server.grpc)
        self.conversations.add_to(server.grpc)
        self.tasks.add_to(server.grpc)
        ProblemService(problems).add_to(server.grpc)

    async def open(self) -> None:
        """Resume the conversations and tasks of the last process; the server has started."""
        await self.conversations.open()
        await self.tasks.open()

    async def close(self) -> None:
        """Stop running work, which the next start resumes, and close the files."""
        await self.tasks.close()
        await self.conversations.close()
        await self._clients.close()
        await self._log.close()
        await self._journal.close()
