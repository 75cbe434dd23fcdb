"""Keeps the projection of tasks up to date from the event log, and notes failures to write it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from botmesh.errors import LogUnavailable
from botmesh.v1.problem_service_pb2 import PROBLEM_KIND_STORAGE
from botmesh_log.event_log import EventLog
from botmesh_service.problems import Problems
from botmesh_tasks.aggregate import TaskAggregate, is_task
from botmesh_tasks.projection import Projection

COMPONENT = "tasks"
LIST = "list of tasks"
"""The projection's name in the list of problems."""
_RECORDS_A_READ = 1000


@dataclass(frozen=True, slots=True)
class Projector:
    """Fills the projection from the log."""

    log: EventLog
    projection: Projection
    problems: Problems
    get: Callable[[str, str], Awaitable[TaskAggregate]]
    """Returns a task by account and task id."""

    async def catch_up(self) -> None:
        """Add the tasks with events after the projection's position."""
        position = await self._put_from(self.projection.position)
        if self.try_to_commit():
            self.projection.skip_to(position)

    async def rebuild(self) -> None:
        """Fill a new, empty projection with all tasks."""
        position = await self._put_from(0)
        self.try_to_commit()
        self.projection.rebuilt(position)

    def try_to_commit(self) -> bool:
        """Commit the projection; False, and a noted problem, if it cannot be written now. The rows stay in memory."""
        try:
            self.projection.commit()
        except LogUnavailable as error:
            self.problems.storage(COMPONENT, LIST, error.text)
            return False
        self.problems.over(COMPONENT, PROBLEM_KIND_STORAGE, LIST)
        return True

    async def _put_from(self, position: int) -> int:
        """Add all tasks with an event after a position of the log, and return the position of the last event."""
        while records := await self.log.read_all(position + 1, _RECORDS_A_READ):
            for stream in dict.fromkeys(record.stream for record in records if is_task(record.stream)):
                _, account, task_id = stream.split("/", 2)
                live = await self.get(account, task_id)
                if live.state.view.task_id:
                    self.projection.put(live.state, 0)
            position = records[-1].position
        return position
