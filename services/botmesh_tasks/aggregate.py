"""One task in memory: what it is now, and who is watching."""

import asyncio
from collections.abc import Callable, Sequence

from opentelemetry.context import Context

from botmesh.errors import UnknownTask
from botmesh.telemetry.context import extract
from botmesh.v1.task_pb2 import TaskEvent
from botmesh_log.event_log import EventLog, Record
from botmesh_log.position import position_token
from botmesh_log.stream import OnUnreadable, Stream, log_unreadable, read_payload
from botmesh_tasks.fold import State, apply

_PREFIX = "task/"
LISTENER_EVENTS = 256
"""That wait for one listener."""


def task_stream(account: str, task_id: str) -> str:
    """The stream that a task's events stand in."""
    return f"{_PREFIX}{account}/{task_id}"


def is_task(stream: str) -> bool:
    """Whether a stream is a task's."""
    return stream.startswith(_PREFIX)


def decode(record: Record, on_unreadable: OnUnreadable = log_unreadable) -> TaskEvent:
    """The event of a record, with its places; one without a kind where that cannot be read."""
    event = read_payload(TaskEvent.FromString, TaskEvent, record, on_unreadable)
    event.position = position_token(record.position) if record.position else ""
    event.sequence = record.sequence
    _, event.account_id, event.task_id = record.stream.split("/")
    return event


def new_listener() -> "asyncio.Queue[TaskEvent]":
    """A queue for somebody who hears of a task. While it is full events are left out: the log has them."""
    return asyncio.Queue(maxsize=LISTENER_EVENTS)


class TaskAggregate(Stream[State, TaskEvent]):
    """A task whose events are folded here as they are written."""

    def __init__(
        self,
        account: str,
        task_id: str,
        log: EventLog,
        written: "Callable[[TaskAggregate, Sequence[TaskEvent]], None]",
        on_unreadable: OnUnreadable = log_unreadable,
    ) -> None:
        """`written` is told of every batch, in order."""
        super().__init__(task_stream(account, task_id), log, State(), apply, decode, on_unreadable)
        self.account = account
        self.task_id = task_id
        self.listeners: set[asyncio.Queue[TaskEvent]] = set()
        """Whoever wants to hear of events."""
        self.not_before = 0.0
        """When it may be tried again, by the loop's clock."""
        self._written = written

    def complete(self, batch: Sequence[TaskEvent]) -> list[TaskEvent]:
        """The batch with its places, its time and its trace."""
        for event in batch:
            event.task_id, event.account_id = self.task_id, self.account
        return super().complete(batch)

    def written(self, events: Sequence[TaskEvent]) -> None:
        """Let everybody know."""
        self._written(self, events)
        for event in events:
            for queue in self.listeners:
                if not queue.full():
                    queue.put_nowait(event)

    @property
    def context(self) -> Context:
        """The trace that it was submitted in."""
        return extract([("traceparent", self.state.traceparent)])

    def must_exist(self) -> "TaskAggregate":
        """This task.

        Raises:
            UnknownTask: there is none of this id.
        """
        if not self.state.view.task_id:
            text = f"no task {self.task_id} in account {self.account}: `botmesh tasks` lists them"
            if self.sequence:
                text = f"the beginning of task {self.task_id} cannot be read: see `botmesh doctor`"
            raise UnknownTask(text, task_id=self.task_id)
        return self
