"""The handle and the status of a submitted task, for the agent or client that submitted it."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from opentelemetry.trace import get_current_span

from botmesh.calling.agent_client import AgentClient
from botmesh.calling.invocation import Invocation
from botmesh.errors import BY_REASON, BotmeshError, Cancelled, DeadlineExpired, InvalidField, PeerError
from botmesh.limits import seconds
from botmesh.parts import Content, to_parts, to_struct
from botmesh.reply import Reply
from botmesh.telemetry.context import inject
from botmesh.v1 import task_service_pb2 as api
from botmesh.v1.agent_service_pb2 import CancelReceipt
from botmesh.v1.message_pb2 import Message
from botmesh.v1.task_pb2 import Task as TaskProto
from botmesh.v1.task_pb2 import TaskEvent
from botmesh.v1.task_service_pb2_grpc import TaskServiceStub
from botmesh.v1.task_state_pb2 import TaskState

TIMEOUT = 10.0
"""Seconds for one call to TaskService."""
_WAIT = 60.0
"""Seconds of one WaitTask call; a longer wait makes several calls."""
_PAUSE = 0.5
"""Seconds before a service that is away is called again."""
_FINAL = ("completed", "failed", "canceled", "rejected")
StateName = Literal[
    "submitted", "working", "completed", "failed", "canceled", "input_required", "rejected", "auth_required"
]


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """The status of a task."""

    task_id: str
    agent: str
    """The agent that does the task."""
    state: StateName
    """The state, by the names of A2A v1.0."""
    reply: Reply | None
    """The result, or the message with which the agent asks for input; None: there is none yet."""
    reason: str
    """The reason of the error that the task failed with; empty: no error."""
    text: str
    """The error's text for people."""
    progress: str
    """The text of the agent's last progress."""
    fraction: float | None
    """The share of the work that is done, 0 to 1; None: not given."""
    run_time: float
    """Seconds for which the task has run, without the time that it waited."""
    queue_position: int
    """Its place in the agent's queue, from 1; 0: it does not wait."""
    cancel_receipts: Sequence[CancelReceipt]
    """A receipt of each hop from the cancellation of the task."""
    proto: TaskProto
    """The whole task (botmesh.v1 Task)."""

    @classmethod
    def from_proto(cls, task: TaskProto) -> "TaskStatus":
        """Return the status of the contract's message."""
        return cls(
            task_id=task.task_id,
            agent=task.agent,
            state=_name(task.state),
            reply=Reply.from_proto(task.reply) if task.HasField("reply") else None,
            reason=task.reason,
            text=task.text,
            progress=task.progress.text,
            fraction=task.progress.fraction if task.progress.HasField("fraction") else None,
            run_time=seconds(task.run_time),
            queue_position=task.queue_position,
            cancel_receipts=tuple(task.cancel_receipts),
            proto=task,
        )

    @property
    def is_final(self) -> bool:
        """Whether the task has ended."""
        return self.state in _FINAL

    def raise_if_failed(self) -> None:
        """Raise the error that the task failed with, as its class in botmesh.errors; return if it has not failed."""
        if not self.is_final or self.state == "completed":
            return
        kind = BY_REASON.get(self.reason)
        error: BotmeshError = PeerError(self.text) if kind is None else kind(self.text or f"the task was {self.state}")
        error.agent, error.from_peer = self.agent, True
        raise error


class TaskHandle:
    """A submitted task by its id. Any process of the account can have a handle; it survives restarts of the service."""

    def __init__(self, client: AgentClient, task_id: str, account: str) -> None:
        """Make a handle. Use `submit` or `task` of a Task or a Mesh instead."""
        self.task_id = task_id
        self._client = client
        self._account = account

    def __repr__(self) -> str:
        """Show the id."""
        return f"TaskHandle({self.task_id!r})"

    async def get(self) -> TaskStatus:
        """Return the status now.

        Raises:
            UnknownTask: there is no task of this id.
        """
        request = api.GetTaskRequest(task_id=self.task_id, account_id=self._account)
        return TaskStatus.from_proto((await self._tasks().GetTask(request, timeout=_within(self._client))).task)

    def _tasks(self) -> TaskServiceStub:
        return self._client.services.tasks()

    async def wait(self, timeout: float | None = None) -> TaskStatus:
        """Wait until the task has ended or asks for input, at most `timeout` seconds, and return its status.

        Raises:
            UnknownTask: there is no task of this id.
        """
        loop = asyncio.get_running_loop()
        until = None if timeout is None else loop.time() + timeout
        request = api.WaitTaskRequest(task_id=self.task_id, account_id=self._account)
        while True:
            left = min(
                _WAIT, self._client.endpoint.limits.max_timeout, math.inf if until is None else until - loop.time()
            )
            if left <= _PAUSE:
                return await self.get()
            try:
                status = TaskStatus.from_proto((await self._tasks().WaitTask(request, timeout=left)).task)
            except BotmeshError as error:
                if not _may_come_back(error):
                    raise
                await asyncio.sleep(_PAUSE)
                continue
            if status.is_final or status.state in ("input_required", "auth_required"):
                return status

    async def result(self, timeout: float | None = None) -> Reply:
        """Wait for the reply, at most `timeout` seconds, and return it.

        Raises:
            DeadlineExpired: there is no reply after `timeout` seconds; the task goes on.
            InvalidField: the agent asks for input: call `resume`.
            BotmeshError: the error that the task failed with; Cancelled if it was cancelled.
        """
        status = await self.wait(timeout)
        status.raise_if_failed()
        if not status.is_final and status.reply is not None and status.state.endswith("required"):
            text = f"the task asks for input: {status.reply.text or status.state}; give it with resume"
            raise InvalidField(text, field="task", value=status.state)
        if status.reply is None:
            raise DeadlineExpired(f"the task is {status.state} and goes on: wait for it again")
        return status.reply

    async def cancel(self, reason: str = "") -> Sequence[CancelReceipt]:
        """Cancel the task and all work below it; return one receipt for each hop, its agent's first.

        The result is empty if no agent had the task yet.

        Raises:
            UnknownTask: there is no task of this id.
        """
        request = api.CancelTaskRequest(task_id=self.task_id, account_id=self._account, reason=reason)
        return tuple((await self._tasks().CancelTask(request, timeout=_within(self._client))).receipts)

    async def resume(self, content: Content = None, *, context: Mapping[str, Any] | None = None) -> TaskStatus:
        """Give the task the input that its agent asked for, and return its status.

        Raises:
            TaskNotWaiting: the task asks for no input.
        """
        message = Message(payload=to_parts(content), context=to_struct(context))
        request = api.ResumeTaskRequest(task_id=self.task_id, account_id=self._account, message=message)
        return TaskStatus.from_proto((await self._tasks().ResumeTask(request, timeout=_within(self._client))).task)

    async def watch(self, after_sequence: int = 0) -> AsyncIterator[TaskEvent]:
        """Yield the events after the one with the number `after_sequence`, until the task ends (botmesh.v1 TaskEvent).

        The watch continues over restarts of the service.

        Raises:
            UnknownTask: there is no task of this id.
        """
        request = api.WatchTaskRequest(task_id=self.task_id, account_id=self._account, after_sequence=after_sequence)
        while True:
            try:
                async for response in self._tasks().WatchTask(request):
                    request.after_sequence = response.event.sequence
                    yield response.event
            except BotmeshError as error:
                if not _may_come_back(error):
                    raise
                await asyncio.sleep(_PAUSE)
            else:
                return


async def submit(client: AgentClient, invocation: Invocation, request: api.SubmitTaskRequest) -> TaskHandle:
    """Submit a task in the chain and the trace of an invocation."""
    span = get_current_span(invocation.context)
    metadata = (*invocation.chain.to_metadata(), *inject(span))
    response = await client.services.tasks().SubmitTask(request, timeout=_within(client), metadata=metadata)
    return TaskHandle(client, response.task.task_id, response.task.account_id)


async def list_tasks(client: AgentClient, only: Mapping[str, Any]) -> list[TaskStatus]:
    """List the account's tasks by the filters of ListTasksRequest.

    Raises:
        InvalidField: there is no such state.
    """
    given = dict(only)
    states = given.pop("states", ())
    try:
        wanted: list[Any] = [TaskState.Value(f"TASK_STATE_{state.upper()}") for state in states]
    except ValueError:
        raise InvalidField(f"states are {', '.join(StateName.__args__)}", field="states") from None  # type: ignore[attr-defined]
    request = api.ListTasksRequest(account_id=client.directory.account, states=wanted, **given)
    response = await client.services.tasks().ListTasks(request, timeout=_within(client))
    return [TaskStatus.from_proto(task) for task in response.tasks]


def _within(client: AgentClient) -> float:
    return min(TIMEOUT, client.endpoint.limits.max_timeout)


def _name(state: TaskState) -> Any:
    known = state in TaskState.values()  # a newer service may have more states
    return TaskState.Name(state).removeprefix("TASK_STATE_").lower() if known else str(int(state))


def _may_come_back(error: BotmeshError) -> bool:
    return error.status.name == "UNAVAILABLE" or isinstance(error, Cancelled)
