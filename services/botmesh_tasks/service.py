"""TaskService on the wire."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import grpc
from google.protobuf.duration_pb2 import Duration

from botmesh.chain import Chain
from botmesh.errors import InvalidField, NoLiveInstance
from botmesh.limits import duration, seconds
from botmesh.names import DEFAULT_ACCOUNT, check_agent, check_id, new_id
from botmesh.policies import check_doomed, current_call
from botmesh.team import look_up_skill
from botmesh.telemetry.context import extract, inject
from botmesh.telemetry.telemetry import trace_id_of
from botmesh.transport.context import ServicerContext
from botmesh.v1 import task_service_pb2 as api
from botmesh.v1.agent_service_pb2 import CANCEL_OUTCOME_TOO_LATE, CancelReceipt
from botmesh.v1.message_pb2 import MESSAGE_TYPE_DELEGATE
from botmesh.v1.task_pb2 import Task, TaskSubmitted
from botmesh.v1.task_service_pb2_grpc import TaskServiceServicer, add_TaskServiceServicer_to_server
from botmesh_service.paging import check_page_size
from botmesh_tasks import rules
from botmesh_tasks.aggregate import TaskAggregate, decode, new_listener
from botmesh_tasks.fold import FINAL, INTERRUPTED
from botmesh_tasks.sizes import check_request
from botmesh_tasks.tasks import Tasks

SERVICE_NAME = "botmesh.v1.TaskService"
Metadata = tuple[tuple[str, str | bytes], ...]
MAX_QUEUE_SECONDS = 24 * 3600.0
"""Seconds that a task may wait each time it is queued."""
_MAX_ID = 56
"""Characters of a task's id; the message ids of later attempts append a number to it."""
_RECORDS_A_READ = 500
_ANSWER_SECONDS = 0.25
"""Seconds before its deadline at which WaitTask answers."""
_RECEIPT_SECONDS = 1.0
"""Seconds that WatchTask waits for the receipt of a task that has ended."""


@dataclass(frozen=True, slots=True)
class RunTimes:
    """The default and the greatest run timeout of a task, in seconds."""

    default: float = 3600.0
    most: float = 24 * 3600.0


class TaskService(TaskServiceServicer):
    """Serves the RPCs of TaskService."""

    def __init__(self, tasks: Tasks, run_times: RunTimes) -> None:
        """Serve `tasks`; `run_times` bound how long each may run."""
        self._tasks = tasks
        self._run_times = run_times

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_TaskServiceServicer_to_server(self, server)

    async def SubmitTask(self, request: api.SubmitTaskRequest, context: ServicerContext) -> api.SubmitTaskResponse:
        """Submit a task, or return the one that was submitted with this id before."""
        metadata = tuple(context.invocation_metadata() or ())
        chain = Chain.from_metadata(metadata)
        submitted = self._submitted(request, chain)
        account, task_id = submitted.request.account_id, submitted.request.message_id
        live = await self._tasks.get(account, task_id)
        if not live.sequence:
            submitted.agent = await self._target(account, submitted)
            self._check_doomed(account, chain, submitted)
            live.trace_id, submitted.traceparent = self._trace(metadata, submitted)
        else:
            submitted.agent = submitted.agent or live.state.view.agent
        await self._tasks.submit(live, submitted)
        return api.SubmitTaskResponse(task=self._view(live))

    async def GetTask(self, request: api.GetTaskRequest, context: ServicerContext) -> api.GetTaskResponse:
        """The current state of a task."""
        return api.GetTaskResponse(task=self._view(await self._one(request.account_id, request.task_id)))

    async def WaitTask(self, request: api.WaitTaskRequest, context: ServicerContext) -> api.WaitTaskResponse:
        """The state of a task when it has ended or asks for input, or shortly before the call's deadline."""
        live = await self._one(request.account_id, request.task_id)
        call = current_call()
        remaining = call.deadline.remaining if call is not None and call.deadline is not None else None
        queue = new_listener()
        live.listeners.add(queue)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if remaining is None else remaining - _ANSWER_SECONDS):
                    while live.state.view.state not in FINAL | INTERRUPTED:
                        await queue.get()
        finally:
            live.listeners.discard(queue)
        return api.WaitTaskResponse(task=self._view(live))

    async def ListTasks(self, request: api.ListTasksRequest, context: ServicerContext) -> api.ListTasksResponse:
        """A page of the tasks that match all fields set, the last updated first."""
        tasks, token = self._tasks.projection.page(request, check_page_size(request.page_size))
        for view in tasks:
            view.queue_position = self._tasks.position_of(view.account_id, view.task_id)
        return api.ListTasksResponse(tasks=tasks, next_page_token=token)

    async def CancelTask(self, request: api.CancelTaskRequest, context: ServicerContext) -> api.CancelTaskResponse:
        """Cancel a task, and return a receipt from each hop that worked on it."""
        live = await self._one(request.account_id, request.task_id)
        had_ended = live.state.is_final
        await self._tasks.cancel(live, request.reason)
        view = self._view(live)
        receipts = list(view.cancel_receipts)
        if had_ended and not receipts:
            late = CancelReceipt(agent=view.agent, instance_id=view.instance_id, message_id=live.state.message_id)
            late.outcome = CANCEL_OUTCOME_TOO_LATE
            receipts = [late]
        return api.CancelTaskResponse(task=view, receipts=receipts)

    async def ResumeTask(self, request: api.ResumeTaskRequest, context: ServicerContext) -> api.ResumeTaskResponse:
        """Give a task the input that its agent asked for."""
        if not request.message.payload and not request.message.context.fields:
            raise InvalidField("message must hold the input that the agent asked for, but is empty", field="message")
        check_request("message", request.message)
        live = await self._one(request.account_id, request.task_id)
        await live.write(lambda state: rules.resume(state, request.message))
        self._tasks.advance(live)
        return api.ResumeTaskResponse(task=self._view(live))

    async def WatchTask(
        self, request: api.WatchTaskRequest, context: ServicerContext
    ) -> AsyncIterator[api.WatchTaskResponse]:
        """The events of a task after `after_sequence`, then new ones until the task has ended."""
        live = await self._one(request.account_id, request.task_id)
        queue = new_listener()
        live.listeners.add(queue)
        sequence = request.after_sequence
        try:
            while True:
                while sequence < live.sequence and queue.empty():
                    records = await self._tasks.log.read(live.id, sequence + 1, _RECORDS_A_READ)
                    for record in records:
                        sequence = record.sequence
                        yield api.WatchTaskResponse(event=decode(record, self._tasks.unreadable))
                    if not records:
                        sequence = live.sequence
                if live.state.is_final and live.state.is_told and queue.empty():
                    return
                # The receipt may come at once or only after a day, so the watch of an ended task waits briefly.
                try:
                    event = await asyncio.wait_for(queue.get(), _RECEIPT_SECONDS if live.state.is_final else None)
                except TimeoutError:
                    return
                if event.sequence == sequence + 1:
                    sequence = event.sequence
                    yield api.WatchTaskResponse(event=event)
                elif event.sequence > sequence:  # this watcher was slow and missed events: read them from the log
                    while not queue.empty():
                        queue.get_nowait()
        finally:
            live.listeners.discard(queue)

    async def _one(self, account: str, task_id: str) -> TaskAggregate:
        checked = check_id("account_id", account or DEFAULT_ACCOUNT), check_id("task_id", task_id)
        return (await self._tasks.get(*checked)).must_exist()

    def _view(self, live: TaskAggregate) -> Task:
        view = Task()
        view.CopyFrom(live.state.view)
        view.queue_position = self._tasks.position(live)
        view.run_time.FromNanoseconds(int(live.state.runs_for(time.time()) * 1e9))
        return view

    def _submitted(self, request: api.SubmitTaskRequest, chain: Chain) -> TaskSubmitted:
        message = request.message
        check_request("message", message)
        message.account_id = check_id("account_id", message.account_id or chain.account_id or DEFAULT_ACCOUNT)
        message.message_id = check_id("message_id", message.message_id) if message.message_id else new_id()
        if len(message.message_id) > _MAX_ID:
            raise InvalidField(f"a task's id has at most {_MAX_ID} characters", field="message_id")
        message.correlation_id = check_id("correlation_id", message.correlation_id or chain.correlation_id or new_id())
        message.conversation_id = message.conversation_id or chain.conversation_id
        if message.conversation_id:
            check_id("conversation_id", message.conversation_id)
        if chain.path:
            message.from_agent = chain.path[-1].rpartition("/")[2]
        elif message.from_agent:
            check_agent("from_agent", message.from_agent)
        message.message_type = MESSAGE_TYPE_DELEGATE
        return TaskSubmitted(
            request=message,
            agent=message.to_agent,
            path=chain.path,
            max_hops=chain.max_hops,
            run_timeout=_within("run_timeout", request.run_timeout, self._run_times.default, self._run_times.most),
            queue_timeout=_within("queue_timeout", request.queue_timeout, MAX_QUEUE_SECONDS, MAX_QUEUE_SECONDS),
            at_most_once=request.at_most_once,
            no_receipt=request.no_receipt,
        )

    async def _target(self, account: str, submitted: TaskSubmitted) -> str:
        """The agent that the task is for. It need not have a live instance: the task waits for one.

        Raises:
            UnknownAgent, UnknownSkill: the registry knows no such agent or skill.
        """
        directory = self._tasks.clients.of(account).directory
        if not submitted.agent:
            return (await look_up_skill(directory, submitted.request.skill_id, submitted.path))[0]
        await directory.look_up(account, submitted.agent, 5.0)
        with contextlib.suppress(NoLiveInstance):
            directory.find(account, submitted.agent)
        return submitted.agent

    def _trace(self, metadata: Metadata, submitted: TaskSubmitted) -> tuple[str, str]:
        """Start the trace of all work of the task; its trace id and its traceparent."""
        request = submitted.request
        span = self._tasks.clients.of(request.account_id).endpoint.telemetry.tracer.start_span(
            f"task {submitted.agent}",
            context=extract(metadata),
            attributes={
                "botmesh.task_id": request.message_id,
                "botmesh.agent": submitted.agent,
                "botmesh.account": request.account_id,
                "botmesh.correlation_id": request.correlation_id,
            },
        )
        span.end()
        return trace_id_of(span), dict(inject(span)).get("traceparent", "")

    def _check_doomed(self, account: str, chain: Chain, submitted: TaskSubmitted) -> None:
        endpoint = self._tasks.clients.of(account).endpoint
        check_doomed(endpoint, replace(chain, account_id=account), submitted.agent)


def _within(field: str, given: Duration, default: float, most: float) -> Duration:
    wanted = seconds(given)
    if wanted < 0 or wanted > most:
        raise InvalidField(f"{field} is at most {most:g} s", field=field, value=f"{wanted:g}")
    return duration(wanted or min(default, most))
