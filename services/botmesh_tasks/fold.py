"""Computes a task's state from its events. Pure: no clock, no I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import Struct

from botmesh.limits import seconds
from botmesh.v1.message_pb2 import Message
from botmesh.v1.task_pb2 import Task, TaskEvent
from botmesh.v1.task_state_pb2 import (
    TASK_STATE_AUTH_REQUIRED,
    TASK_STATE_CANCELED,
    TASK_STATE_COMPLETED,
    TASK_STATE_FAILED,
    TASK_STATE_INPUT_REQUIRED,
    TASK_STATE_REJECTED,
    TASK_STATE_SUBMITTED,
    TASK_STATE_WORKING,
)
from botmesh_service.times import seconds_of
from botmesh_tasks.sizes import MAX_LATE_REPLIES

VERSION = 2
"""Increase it with every change of the fold: projections of another version are rebuilt."""
FINAL = frozenset({TASK_STATE_COMPLETED, TASK_STATE_FAILED, TASK_STATE_CANCELED, TASK_STATE_REJECTED})
INTERRUPTED = frozenset({TASK_STATE_INPUT_REQUIRED, TASK_STATE_AUTH_REQUIRED})


@dataclass(slots=True)
class State:
    """The state of one task."""

    view: Task = field(default_factory=Task)
    """The task as the contract shows it."""
    message: Message = field(default_factory=Message)
    """The message for the current or the next attempt."""
    message_id: str = ""
    """The message id of the newest attempt."""
    began: float = 0.0
    """Start of the running attempt, seconds since the epoch; 0: none runs."""
    ran: float = 0.0
    """Seconds that earlier attempts ran."""
    waits_since: float = 0.0
    """Time from which the task waits for its agent, seconds since the epoch; 0: it does not wait."""
    lost: int = 0
    """Attempts whose instance was lost before it answered."""
    queue_seconds: float = 0.0
    """Seconds that the task may wait each time it is queued."""
    traceparent: str = ""
    """W3C trace context of the submission."""
    no_receipt: bool = False
    """Whether the submitter asked for no receipt."""

    @property
    def is_final(self) -> bool:
        """Whether the task has ended."""
        return self.view.state in FINAL

    @property
    def is_pending(self) -> bool:
        """Whether the service has work to do for the task, without further input from its submitter."""
        if self.is_final:
            return not self.is_told
        return self.view.state not in INTERRUPTED or self.view.cancel_requested

    @property
    def is_told(self) -> bool:
        """Whether no receipt is due: none was asked for, or it was delivered or given up."""
        return self.no_receipt or not self.view.from_agent or self.view.HasField("delivered")

    def runs_for(self, now: float) -> float:
        """Seconds that all attempts have run until `now`, seconds since the epoch, without the time in the queue."""
        return self.ran + (now - self.began if self.began else 0.0)


def apply(state: State, event: TaskEvent) -> None:
    """Change the state by the next event; an event of an unknown kind changes its sequence and time only."""
    kind = event.WhichOneof("event")
    state.view.sequence = event.sequence
    state.view.updated_at.CopyFrom(event.time)
    if kind is not None and (kind == "submitted" or state.view.task_id):
        EVENT_KINDS[kind](state, event)


def _submitted(state: State, event: TaskEvent) -> None:
    submitted = event.submitted
    state.view.MergeFrom(
        Task(
            task_id=event.task_id,
            account_id=event.account_id,
            agent=submitted.agent,
            from_agent=submitted.request.from_agent,
            state=TASK_STATE_SUBMITTED,
            request=submitted.request,
            submitted_at=event.time,
            run_time=Duration(),
            run_timeout=submitted.run_timeout,
            queue_timeout=submitted.queue_timeout,
            path=submitted.path,
            max_hops=submitted.max_hops if submitted.HasField("max_hops") else None,
            at_most_once=submitted.at_most_once,
        )
    )
    state.message.CopyFrom(submitted.request)
    state.no_receipt = submitted.no_receipt
    state.traceparent = submitted.traceparent
    state.queue_seconds = seconds(submitted.queue_timeout)
    state.waits_since = seconds_of(event.time)


def _started(state: State, event: TaskEvent) -> None:
    started = event.started
    state.view.state = TASK_STATE_WORKING
    state.view.instance_id = started.instance_id
    state.view.attempts = started.attempt
    state.view.ClearField("progress")
    _say(state)
    state.message_id = started.message_id
    state.began = seconds_of(event.time)
    state.waits_since = 0.0


def _progressed(state: State, event: TaskEvent) -> None:
    state.view.progress.CopyFrom(event.progressed)


def _requeued(state: State, event: TaskEvent) -> None:
    _pause(state, event)
    state.view.state = TASK_STATE_SUBMITTED
    state.lost += event.requeued.lost
    state.waits_since = seconds_of(event.time)
    _say(state, event.requeued.reason, event.requeued.text)


def _interrupted(state: State, event: TaskEvent) -> None:
    _pause(state, event)
    state.view.state = event.interrupted.state
    state.view.reply.CopyFrom(event.interrupted.reply)


def _resumed(state: State, event: TaskEvent) -> None:
    given, asked = event.resumed.message, state.view.reply.message
    del state.message.payload[:]
    state.message.payload.extend(given.payload)
    state.message.in_reply_to = asked.message_id
    for values in (asked.context, given.context):  # the agent gets back the variables of its own question
        _merge(state.message.context, values)
    state.view.state = TASK_STATE_SUBMITTED
    state.waits_since = seconds_of(event.time)


def _cancel_requested(state: State, event: TaskEvent) -> None:
    state.view.cancel_requested = True
    _say(state, "CANCELLED", event.cancel_requested.reason)


def _ended(state: State, event: TaskEvent) -> None:
    _pause(state, event)
    ended = event.ended
    state.view.state = ended.state
    state.view.cancel_requested = False
    state.view.cancel_receipts.extend(ended.cancel_receipts)
    if ended.HasField("reply"):
        state.view.reply.CopyFrom(ended.reply)
    _say(state, ended.reason, ended.text)
    state.waits_since = 0.0


def _late_reply(state: State, event: TaskEvent) -> None:
    reply = event.late_reply.reply
    if sum(late.ByteSize() for late in state.view.late_replies) + reply.ByteSize() <= MAX_LATE_REPLIES:
        state.view.late_replies.append(reply)


def _receipt_delivered(state: State, event: TaskEvent) -> None:
    state.view.delivered.CopyFrom(event.receipt_delivered)


def _pause(state: State, event: TaskEvent) -> None:
    """Add the time of the running attempt to `ran`."""
    if state.began:
        state.ran += max(0.0, seconds_of(event.time) - state.began)
        state.began = 0.0
        state.view.run_time.FromNanoseconds(int(state.ran * 1e9))


def _say(state: State, reason: str = "", text: str = "") -> None:
    state.view.reason, state.view.text = reason, text


def _merge(into: Struct, values: Struct) -> None:
    """Set variables; a value that is a struct replaces the former value, and is not merged into it."""
    for name, value in values.fields.items():
        into.fields[name].CopyFrom(value)


EVENT_KINDS: dict[str, Callable[[State, TaskEvent], None]] = {
    "submitted": _submitted,
    "started": _started,
    "progressed": _progressed,
    "requeued": _requeued,
    "interrupted": _interrupted,
    "resumed": _resumed,
    "cancel_requested": _cancel_requested,
    "ended": _ended,
    "late_reply": _late_reply,
    "receipt_delivered": _receipt_delivered,
}
