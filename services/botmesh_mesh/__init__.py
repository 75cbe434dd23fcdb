"""All services of a mesh in one process and on embedded storage."""

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
        """Take the address and the folder; others may be added to `server.grpc` until it opens.

        Args:
            folder: where everything is kept.
            settings: of all its parts.
            bind: where to listen; port 0: any free one.
            registry: makes the registry, given the address as bound; default one with the settings' limits.

        Raises:
            InvalidField: the address is in use, another process has the folder, or its log is damaged.
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
        """Serve, and go on where the last process stopped; `more`: names of services that others have added."""
        await self.server.start(self.address, [REGISTRY, *SERVICE_NAMES, *more])
        await self.registry.open()
        await self.services.open()

    async def close(self, grace: float = 1.0) -> None:
        """Stop what is under way, give open calls `grace` seconds, and close."""
        await self.services.close()
        await self.registry.close()
        await self.server.stop(grace)


class Services:
    """Conversations, tasks, the team and the journal: one event log, one watch of the registry per account."""

    def __init__(
        self, folder: Path, settings: ServiceSettings, server: Server, problems: Problems | None = None
    ) -> None:
        """Keep everything in `folder`; `server` is bound, and the registry answers there as well.

        `problems`: where all of them tell what does not work.

        Raises:
            InvalidField: another process has the folder, or its log is damaged.
        """
        problems = Problems() if problems is None else problems  # an empty list of them is false
        self._log = open_log(folder / "events.sqlite", problems.of_log)
        telemetry = server.endpoint.telemetry
        self._callers = AgentClients(settings, telemetry, server.address)
        self.conversations = ConversationsComponent(
            self._log,
            folder / "projection.sqlite",
            settings,
            telemetry,
            callers=self._callers,
            address=server.address,
            problems=problems,
        )
        self.tasks = TasksComponent(self._log, folder / "tasks.sqlite", settings, self._callers, problems)
        for projection in (self.conversations.conversations.projection, self.tasks.tasks.projection):
            if projection.damage:
                problems.storage("log", "lists", projection.damage)
        bounds = Bounds(settings.message_log_bytes, settings.message_log_age)
        unreadable = functools.partial(problems.unreadable, "journal")
        self._journal = JournalService(Store(folder / "journal.sqlite", bounds, unreadable))
        self._journal.add_to(server.grpc)
        TeamService(self._callers, server.address).add_to(server.grpc)
        self.conversations.add_to(server.grpc)
        self.tasks.add_to(server.grpc)
        ProblemService(problems).add_to(server.grpc)

    async def open(self) -> None:
        """Go on where the last process stopped; the server has started."""
        await self.conversations.open()
        await self.tasks.open()

    async def close(self) -> None:
        """Stop what is under way; the next start goes on with it."""
        await self.tasks.close()
        await self.conversations.close()
        await self._callers.close()
        await self._log.close()
        await self._journal.close()
