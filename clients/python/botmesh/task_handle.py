"""Tasks that were submitted: work that outlasts a call, seen from whoever asked for it."""

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
"""Seconds for one question to the service."""
_WAIT = 60.0
"""Seconds of one wait; after it the next one begins."""
_PAUSE = 0.5
"""Seconds before a service that went away is asked again."""
_FINAL = ("completed", "failed", "canceled", "rejected")
StateName = Literal[
    "submitted", "working", "completed", "failed", "canceled", "input_required", "rejected", "auth_required"
]


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """A task as it stands. `proto` is all of it, as the contract has it."""

    task_id: str
    agent: str
    """Who is to do it."""
    state: StateName
    """As in A2A v1.0."""
    reply: Reply | None
    """The result, or what the agent asks for."""
    reason: str
    """Why it stands so: an error's reason; empty: no error."""
    text: str
    """The same in words."""
    progress: str
    """How far it is, as its agent last said."""
    fraction: float | None
    """The share that is done, 0 to 1."""
    run_time: float
    """Seconds that it has run; what it waited does not count."""
    queue_position: int
    """Its place among those that wait for the agent, from 1; 0: it does not wait."""
    cancel_receipts: Sequence[CancelReceipt]
    """What became of each hop when it was cancelled."""
    proto: TaskProto

    @classmethod
    def from_proto(cls, task: TaskProto) -> "TaskStatus":
        """The contract's message as a status."""
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
        """Whether it has ended."""
        return self.state in _FINAL

    def raise_if_failed(self) -> None:
        """Raise what it failed with, as the class that it was; nothing if it did not fail."""
        if not self.is_final or self.state == "completed":
            return
        kind = BY_REASON.get(self.reason)
        error: BotmeshError = PeerError(self.text) if kind is None else kind(self.text or f"the task was {self.state}")
        error.agent, error.from_peer = self.agent, True
        raise error


class TaskHandle:
    """A task by its id. Whoever has the id can ask, from any process; a service that restarts is asked again."""

    def __init__(self, client: AgentClient, task_id: str, account: str) -> None:
        """Made by `submit` and `task`."""
        self.task_id = task_id
        self._client = client
        self._account = account

    def __repr__(self) -> str:
        """The id."""
        return f"TaskHandle({self.task_id!r})"

    async def get(self) -> TaskStatus:
        """As it stands now. The work is not disturbed.

        Raises:
            UnknownTask: there is none of this id.
        """
        request = api.GetTaskRequest(task_id=self.task_id, account_id=self._account)
        return TaskStatus.from_proto((await self._tasks().GetTask(request, timeout=_within(self._client))).task)

    def _tasks(self) -> TaskServiceStub:
        return self._client.services.tasks()

    async def wait(self, timeout: float | None = None) -> TaskStatus:
        """As it stands when it has ended or asks for input, or after `timeout` seconds.

        Raises:
            UnknownTask: there is none of this id.
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
        """The answer, once there is one.

        Raises:
            DeadlineExpired: there is none after `timeout` seconds; the task goes on.
            InvalidField: its agent asks for input: `resume` it.
            BotmeshError: what it failed with, as the class that it was; Cancelled if it was given up.
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
        """End it and all below it; what became of each hop, its agent's first. Empty: no agent had it yet.

        Raises:
            UnknownTask: there is none of this id.
        """
        request = api.CancelTaskRequest(task_id=self.task_id, account_id=self._account, reason=reason)
        return tuple((await self._tasks().CancelTask(request, timeout=_within(self._client))).receipts)

    async def resume(self, content: Content = None, *, context: Mapping[str, Any] | None = None) -> TaskStatus:
        """Give it what its agent asked for.

        Raises:
            TaskNotWaiting: it asks for nothing.
        """
        message = Message(payload=to_parts(content), context=to_struct(context))
        request = api.ResumeTaskRequest(task_id=self.task_id, account_id=self._account, message=message)
        return TaskStatus.from_proto((await self._tasks().ResumeTask(request, timeout=_within(self._client))).task)

    async def watch(self, after_sequence: int = 0) -> AsyncIterator[TaskEvent]:
        """What happened after an event, then what happens, to the last event (botmesh.v1 TaskEvent).

        A service that restarts is asked to go on from the last event.

        Raises:
            UnknownTask: there is none of this id.
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
    """Have a task taken in, in the chain and the trace of an invocation."""
    span = get_current_span(invocation.context)
    metadata = (*invocation.chain.to_metadata(), *inject(span))
    response = await client.services.tasks().SubmitTask(request, timeout=_within(client), metadata=metadata)
    return TaskHandle(client, response.task.task_id, response.task.account_id)


async def list_tasks(client: AgentClient, only: Mapping[str, Any]) -> list[TaskStatus]:
    """The account's tasks that fit."""
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
    known = state in TaskState.values()  # a newer service may know more
    return TaskState.Name(state).removeprefix("TASK_STATE_").lower() if known else str(int(state))


def _may_come_back(error: BotmeshError) -> bool:
    return error.status.name == "UNAVAILABLE" or isinstance(error, Cancelled)
