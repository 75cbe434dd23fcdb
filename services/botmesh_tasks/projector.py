"""Keeps the list of tasks up to date from the log, and notes when it cannot be written."""

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
"""What the projection is called where it is a problem."""
_RECORDS_A_READ = 1000


@dataclass(frozen=True, slots=True)
class Projector:
    """Fills the projection."""

    log: EventLog
    projection: Projection
    problems: Problems
    get: Callable[[str, str], Awaitable[TaskAggregate]]
    """Gives a task by account and id."""

    async def catch_up(self) -> None:
        """Put all tasks of which the projection has not seen the last event."""
        position = await self._put_from(self.projection.position)
        if self.try_to_commit():
            self.projection.skip_to(position)

    async def rebuild(self) -> None:
        """Fill a projection that was made anew."""
        position = await self._put_from(0)
        self.try_to_commit()
        self.projection.rebuilt(position)

    def try_to_commit(self) -> bool:
        """Commit the projection; what cannot be written now stays in memory."""
        try:
            self.projection.commit()
        except LogUnavailable as error:
            self.problems.storage(COMPONENT, LIST, error.text)
            return False
        self.problems.over(COMPONENT, PROBLEM_KIND_STORAGE, LIST)
        return True

    async def _put_from(self, position: int) -> int:
        """Put all tasks with an event after a position of the log; the position of the last event."""
        while records := await self.log.read_all(position + 1, _RECORDS_A_READ):
            for stream in dict.fromkeys(record.stream for record in records if is_task(record.stream)):
                _, account, task_id = stream.split("/", 2)
                live = await self.get(account, task_id)
                if live.state.view.task_id:
                    self.projection.put(live.state, 0)
            position = records[-1].position
        return position
