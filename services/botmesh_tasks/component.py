"""The tasks of a mesh, wired, on a server that may serve other components too."""

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
    """The component that keeps and runs tasks."""

    def __init__(
        self,
        log: EventLog,
        projection: str | Path,
        settings: ServiceSettings,
        clients: AgentClients,
        problems: Problems | None = None,
    ) -> None:
        """Wire the tasks.

        Args:
            log: the event log; its owner closes it.
            projection: file of the lists, which is rebuilt from the log if it is lost.
            settings: bounds on queues, concurrency and run time.
            clients: call the agents; their owner closes them.
            problems: notes damaged data and failures; default: a list of its own.
        """
        problems = Problems() if problems is None else problems
        rows = Projection(projection, functools.partial(problems.unreadable, COMPONENT))
        self.tasks = Tasks(
            log,
            rows,
            clients,
            problems,
            queue_size=settings.queue_size,
            instance_concurrency=settings.task_concurrency,
        )
        self._run_times = RunTimes(settings.task_run_timeout, settings.task_max_run_timeout)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`, which has not started yet."""
        TaskService(self.tasks, self._run_times).add_to(server)

    async def open(self) -> None:
        """Continue the pending tasks of the log; the server has started."""
        await self.tasks.open()

    async def close(self) -> None:
        """Stop running tasks; the next start continues them."""
        await self.tasks.close()
