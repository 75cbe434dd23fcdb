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
"""Seconds that a task may wait at a time."""
_MAX_ID = 56
"""Characters of a task's id: the number of an attempt comes behind it."""
_RECORDS_A_READ = 500
_ANSWER_SECONDS = 0.25
"""What a wait keeps of its deadline to answer in."""
_RECEIPT_SECONDS = 1.0
"""How long a watch of a task that has ended waits for its receipt."""


@dataclass(frozen=True, slots=True)
class RunTimes:
    """How long tasks may run, in seconds."""

    default: float = 3600.0
    most: float = 24 * 3600.0


class TaskService(TaskServiceServicer):
    """The edge between gRPC and the tasks."""

    def __init__(self, tasks: Tasks, run_times: RunTimes) -> None:
        """Answer from these."""
        self._all = tasks
        self._run_times = run_times

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_TaskServiceServicer_to_server(self, server)

    async def SubmitTask(self, request: api.SubmitTaskRequest, context: ServicerContext) -> api.SubmitTaskResponse:
        """Take it in."""
        metadata = tuple(context.invocation_metadata() or ())
        chain = Chain.from_metadata(metadata)
        submitted = self._submitted(request, chain)
        account, task_id = submitted.request.account_id, submitted.request.message_id
        live = await self._all.get(account, task_id)
        if not live.sequence:
            submitted.agent = await self._target(account, submitted)
            self._check_doomed(account, chain, submitted)
            live.trace_id, submitted.traceparent = self._trace(metadata, submitted)
        else:
            submitted.agent = submitted.agent or live.state.view.agent
        await self._all.submit(live, submitted)
        return api.SubmitTaskResponse(task=self._view(live))

    async def GetTask(self, request: api.GetTaskRequest, context: ServicerContext) -> api.GetTaskResponse:
        """As it stands."""
        return api.GetTaskResponse(task=self._view(await self._one(request.account_id, request.task_id)))

    async def WaitTask(self, request: api.WaitTaskRequest, context: ServicerContext) -> api.WaitTaskResponse:
        """As it stands when it has ended, or when time is over."""
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
        """A page of tasks."""
        tasks, token = self._all.projection.page(request, check_page_size(request.page_size))
        for view in tasks:
            view.queue_position = self._all.position_of(view.account_id, view.task_id)
        return api.ListTasksResponse(tasks=tasks, next_page_token=token)

    async def CancelTask(self, request: api.CancelTaskRequest, context: ServicerContext) -> api.CancelTaskResponse:
        """End it, and say what became of each hop."""
        live = await self._one(request.account_id, request.task_id)
        had_ended = live.state.is_final
        await self._all.cancel(live, request.reason)
        view = self._view(live)
        receipts = list(view.cancel_receipts)
        if had_ended and not receipts:
            late = CancelReceipt(agent=view.agent, instance_id=view.instance_id, message_id=live.state.message_id)
            late.outcome = CANCEL_OUTCOME_TOO_LATE
            receipts = [late]
        return api.CancelTaskResponse(task=view, receipts=receipts)

    async def ResumeTask(self, request: api.ResumeTaskRequest, context: ServicerContext) -> api.ResumeTaskResponse:
        """Give its agent what it asked for."""
        if not request.message.payload and not request.message.context.fields:
            raise InvalidField("message is what the agent asked for: it cannot be empty", field="message")
        check_request("message", request.message)
        live = await self._one(request.account_id, request.task_id)
        await live.write(lambda state: rules.resume(state, request.message))
        self._all.advance(live)
        return api.ResumeTaskResponse(task=self._view(live))

    async def WatchTask(
        self, request: api.WatchTaskRequest, context: ServicerContext
    ) -> AsyncIterator[api.WatchTaskResponse]:
        """What has happened since an event, then what happens."""
        live = await self._one(request.account_id, request.task_id)
        queue = new_listener()
        live.listeners.add(queue)
        sequence = request.after_sequence
        try:
            while True:
                while sequence < live.sequence and queue.empty():
                    records = await self._all.log.read(live.id, sequence + 1, _RECORDS_A_READ)
                    for record in records:
                        sequence = record.sequence
                        yield api.WatchTaskResponse(event=decode(record, self._all.unreadable))
                    if not records:
                        sequence = live.sequence
                if live.state.is_final and live.state.is_told and queue.empty():
                    return
                # Whoever asked may be told at once, or in a day: nobody watches for that.
                try:
                    event = await asyncio.wait_for(queue.get(), _RECEIPT_SECONDS if live.state.is_final else None)
                except TimeoutError:
                    return
                if event.sequence == sequence + 1:
                    sequence = event.sequence
                    yield api.WatchTaskResponse(event=event)
                elif event.sequence > sequence:  # this watcher is slow, and some were left out: they stand in the log
                    while not queue.empty():
                        queue.get_nowait()
        finally:
            live.listeners.discard(queue)

    async def _one(self, account: str, task_id: str) -> TaskAggregate:
        checked = check_id("account_id", account or DEFAULT_ACCOUNT), check_id("task_id", task_id)
        return (await self._all.get(*checked)).must_exist()

    def _view(self, live: TaskAggregate) -> Task:
        view = Task()
        view.CopyFrom(live.state.view)
        view.queue_position = self._all.position(live)
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
        """Whom the task is for. An agent that is away is no error: the task waits.

        Raises:
            UnknownAgent, UnknownSkill: nobody has ever heard of it.
        """
        directory = self._all.callers.of(account).directory
        if not submitted.agent:
            return (await look_up_skill(directory, submitted.request.skill_id, submitted.path))[0]
        await directory.look_up(account, submitted.agent, 5.0)
        with contextlib.suppress(NoLiveInstance):
            directory.find(account, submitted.agent)
        return submitted.agent

    def _trace(self, metadata: Metadata, submitted: TaskSubmitted) -> tuple[str, str]:
        """The trace that all work of the task stands in: its id, and where in it."""
        asked = submitted.request
        span = self._all.callers.of(asked.account_id).endpoint.telemetry.tracer.start_span(
            f"task {submitted.agent}",
            context=extract(metadata),
            attributes={
                "botmesh.task_id": asked.message_id,
                "botmesh.agent": submitted.agent,
                "botmesh.account": asked.account_id,
                "botmesh.correlation_id": asked.correlation_id,
            },
        )
        span.end()
        return trace_id_of(span), dict(inject(span)).get("traceparent", "")

    def _check_doomed(self, account: str, chain: Chain, submitted: TaskSubmitted) -> None:
        endpoint = self._all.callers.of(account).endpoint
        check_doomed(endpoint, replace(chain, account_id=account), submitted.agent)


def _within(field: str, given: Duration, default: float, most: float) -> Duration:
    wanted = seconds(given)
    if wanted < 0 or wanted > most:
        raise InvalidField(f"{field} is at most {most:g} s", field=field, value=f"{wanted:g}")
    return duration(wanted or min(default, most))
