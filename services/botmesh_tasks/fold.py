"""What a task becomes by what happens to it. Pure: no clock, no I/O."""

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
"""Changes whenever the fold does: projections of another version are thrown away."""
FINAL = frozenset({TASK_STATE_COMPLETED, TASK_STATE_FAILED, TASK_STATE_CANCELED, TASK_STATE_REJECTED})
INTERRUPTED = frozenset({TASK_STATE_INPUT_REQUIRED, TASK_STATE_AUTH_REQUIRED})


@dataclass(slots=True)
class State:
    """A task as the fold knows it."""

    view: Task = field(default_factory=Task)
    """What others see of it."""
    message: Message = field(default_factory=Message)
    """What its agent is to be given next, or has been given."""
    message_id: str = ""
    """The id under which its agent has it."""
    began: float = 0.0
    """When the attempt that runs began, seconds since the epoch; 0: none runs."""
    ran: float = 0.0
    """Seconds that earlier attempts ran."""
    waits_since: float = 0.0
    """Since when it waits for its agent, seconds since the epoch; 0: it does not."""
    lost: int = 0
    """How often it was lost half-way."""
    queue_seconds: float = 0.0
    """How long it may wait at a time."""
    traceparent: str = ""
    no_receipt: bool = False

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        return self.view.state in FINAL

    @property
    def is_pending(self) -> bool:
        """Whether something is still to be done for it, which no person has to do first."""
        return not self.is_told if self.is_final else self.view.state not in INTERRUPTED or self.view.cancel_requested

    @property
    def is_told(self) -> bool:
        """Whether nobody is to be told of its end, or not any more."""
        return self.no_receipt or not self.view.from_agent or self.view.HasField("delivered")

    def runs_for(self, now: float) -> float:
        """Seconds that it has run by now; times in which it waited do not count."""
        return self.ran + (now - self.began if self.began else 0.0)


def apply(state: State, event: TaskEvent) -> None:
    """Take in what happened next."""
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
    for values in (asked.context, given.context):  # what the agent wants to remember comes back to it
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
    if sum(one.ByteSize() for one in state.view.late_replies) + reply.ByteSize() <= MAX_LATE_REPLIES:
        state.view.late_replies.append(reply)


def _receipt_delivered(state: State, event: TaskEvent) -> None:
    state.view.delivered.CopyFrom(event.receipt_delivered)


def _pause(state: State, event: TaskEvent) -> None:
    """What ran until now counts."""
    if state.began:
        state.ran += max(0.0, seconds_of(event.time) - state.began)
        state.began = 0.0
        state.view.run_time.FromNanoseconds(int(state.ran * 1e9))


def _say(state: State, reason: str = "", text: str = "") -> None:
    state.view.reason, state.view.text = reason, text


def _merge(into: Struct, values: Struct) -> None:
    """Set values, each replaced as a whole."""
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
