"""One task in memory: its folded state, its stream of events and its listeners."""

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
"""Events that a listener's queue holds."""


def task_stream(account: str, task_id: str) -> str:
    """The name of a task's stream in the event log."""
    return f"{_PREFIX}{account}/{task_id}"


def is_task(stream: str) -> bool:
    """Whether a stream is that of a task."""
    return stream.startswith(_PREFIX)


def decode(record: Record, on_unreadable: OnUnreadable = log_unreadable) -> TaskEvent:
    """The event of a record, with its position and sequence; an event without a kind if it cannot be read."""
    event = read_payload(TaskEvent.FromString, TaskEvent, record, on_unreadable)
    event.position = position_token(record.position) if record.position else ""
    event.sequence = record.sequence
    _, event.account_id, event.task_id = record.stream.split("/")
    return event


def new_listener() -> "asyncio.Queue[TaskEvent]":
    """A queue that receives a task's events. Events are left out while it is full; the log has them."""
    return asyncio.Queue(maxsize=LISTENER_EVENTS)


class TaskAggregate(Stream[State, TaskEvent]):
    """A task whose state is folded from its events as they are written."""

    def __init__(
        self,
        account: str,
        task_id: str,
        log: EventLog,
        written: "Callable[[TaskAggregate, Sequence[TaskEvent]], None]",
        on_unreadable: OnUnreadable = log_unreadable,
    ) -> None:
        """Begin empty; `load` reads the events. `written` is called with every batch that was written, in order."""
        super().__init__(task_stream(account, task_id), log, State(), apply, decode, on_unreadable)
        self.account = account
        self.task_id = task_id
        self.listeners: set[asyncio.Queue[TaskEvent]] = set()
        """Queues that receive each new event."""
        self.not_before = 0.0
        """Time of the loop's clock before which no further attempt starts."""
        self._written = written

    def complete(self, batch: Sequence[TaskEvent]) -> list[TaskEvent]:
        """The batch with account, task id, sequences, time and trace filled in."""
        for event in batch:
            event.task_id, event.account_id = self.task_id, self.account
        return super().complete(batch)

    def written(self, events: Sequence[TaskEvent]) -> None:
        """Report the events to `written` and to all listeners."""
        self._written(self, events)
        for event in events:
            for queue in self.listeners:
                if not queue.full():
                    queue.put_nowait(event)

    @property
    def context(self) -> Context:
        """The trace context in which the task was submitted."""
        return extract([("traceparent", self.state.traceparent)])

    def must_exist(self) -> "TaskAggregate":
        """This task.

        Raises:
            UnknownTask: the account has no task of this id, or its first event cannot be read.
        """
        if not self.state.view.task_id:
            text = f"no task {self.task_id} in account {self.account}: `botmesh tasks` lists them"
            if self.sequence:
                text = f"the beginning of task {self.task_id} cannot be read: see `botmesh doctor`"
            raise UnknownTask(text, task_id=self.task_id)
        return self
