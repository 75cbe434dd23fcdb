"""Tasks as one part of a mesh: wired, on a server that it shares with others."""

import functools
from pathlib import Path

import grpc

from botmesh_log.event_log import EventLog
from botmesh_service.agent_clients import AgentClients
from botmesh_service.problems import Problems
from botmesh_service.settings import ServiceSettings
from botmesh_tasks.projection import Projection
from botmesh_tasks.projector import COMPONENT
from botmesh_tasks.service import RunTimes, TaskService
from botmesh_tasks.tasks import Tasks


class TasksComponent:
    """Takes part in a mesh as the service that keeps its tasks."""

    def __init__(
        self,
        log: EventLog,
        projection: str | Path,
        settings: ServiceSettings,
        callers: AgentClients,
        problems: Problems | None = None,
    ) -> None:
        """Keep tasks in `log`; `projection` is a file that may be lost; `callers` call the agents.

        `problems`: where what cannot be read or done is told. Whoever made the log and the callers closes them.
        """
        problems = Problems() if problems is None else problems
        rows = Projection(projection, functools.partial(problems.unreadable, COMPONENT))
        self.tasks = Tasks(log, rows, callers, settings.queue_size, settings.task_concurrency, problems)
        self._run_times = RunTimes(settings.task_run_timeout, settings.task_max_run_timeout)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`, which has not started yet."""
        TaskService(self.tasks, self._run_times).add_to(server)

    async def open(self) -> None:
        """Go on where the last process stopped; the server has started."""
        await self.tasks.open()

    async def close(self) -> None:
        """Stop attending to tasks; the next start goes on with them."""
        await self.tasks.close()
