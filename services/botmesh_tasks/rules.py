"""The rules of tasks: each returns the events that follow from a state and a command, or refuses. Pure."""

from collections.abc import Sequence

from botmesh.errors import BotmeshError, MessageIdReused, MessageTooLarge, OutcomeUnknown, TaskNotWaiting
from botmesh.v1.agent_service_pb2 import CancelReceipt, Progress
from botmesh.v1.message_pb2 import Message, Reply
from botmesh.v1.task_pb2 import (
    TaskCancelRequested,
    TaskEnded,
    TaskEvent,
    TaskInterrupted,
    TaskLateReply,
    TaskReceiptDelivered,
    TaskRequeued,
    TaskResumed,
    TaskStarted,
    TaskSubmitted,
)
from botmesh.v1.task_state_pb2 import (
    TASK_STATE_CANCELED,
    TASK_STATE_COMPLETED,
    TASK_STATE_FAILED,
    TASK_STATE_REJECTED,
    TASK_STATE_SUBMITTED,
    TASK_STATE_WORKING,
    TaskState,
)
from botmesh_tasks.fold import INTERRUPTED, State
from botmesh_tasks.sizes import MAX_REQUEST

MAX_LOST = 10
"""A task whose instance was lost this many times fails: the task itself may kill its agent."""

Events = list[TaskEvent]


def submit(state: State, submitted: TaskSubmitted) -> Events:
    """Accept a task; no events if the same task was submitted before.

    Raises:
        MessageIdReused: another task has this id.
    """
    if not state.view.sequence:
        return [TaskEvent(submitted=submitted)]
    same_request = _fingerprint(state.view.request) == _fingerprint(submitted.request)
    if not same_request or state.view.agent != submitted.agent:
        text = f"task {state.view.task_id} was submitted with another payload: give each task an id of its own"
        raise MessageIdReused(text, message_id=state.view.task_id)
    return []


def start(state: State, instance: str) -> Events:
    """Start an attempt at an instance; no events unless the task waits."""
    if state.view.state != TASK_STATE_SUBMITTED or state.view.cancel_requested:
        return []
    attempt = state.view.attempts + 1
    # An instance replays the reply of a message id that it knows, so each attempt needs an id of its own.
    message_id = state.view.task_id if attempt == 1 else f"{state.view.task_id}.{attempt}"
    return [TaskEvent(started=TaskStarted(instance_id=instance, attempt=attempt, message_id=message_id))]


def progress(state: State, message_id: str, progressed: Progress) -> Events:
    """Record the progress of the running attempt."""
    return [TaskEvent(progressed=progressed)] if _runs(state, message_id) else []


def answered(state: State, message_id: str, reply: Reply) -> Events:
    """Record the agent's reply; the reply of an attempt that does not run any more is kept as a late reply."""
    if not _runs(state, message_id) or state.view.cancel_requested:
        return [TaskEvent(late_reply=TaskLateReply(reply=reply))]
    if reply.task_state in INTERRUPTED:
        return [TaskEvent(interrupted=TaskInterrupted(state=reply.task_state, reply=reply))]
    if reply.task_state == TASK_STATE_REJECTED:
        return [_end(TASK_STATE_REJECTED, "AGENT_FAILED", "its agent will not do it", reply)]
    return [_end(TASK_STATE_COMPLETED, reply=reply)]


def lose(state: State, message_id: str, error: BotmeshError, *, lost: bool) -> Events:
    """End an attempt whose agent was unreachable or too busy: the task waits again, or fails if it may not.

    Args:
        state: of the task.
        message_id: of the attempt.
        error: that ended the attempt.
        lost: whether the instance had begun the work, so that it may have been done.
    """
    if not _runs(state, message_id) or state.view.cancel_requested:
        return []
    if lost and (state.view.at_most_once or state.lost + 1 >= MAX_LOST):
        text = f"its agent was lost half-way and the work may have been done or not: {error.text}"
        return [_end(TASK_STATE_FAILED, OutcomeUnknown.reason, text)]
    return [TaskEvent(requeued=TaskRequeued(reason=error.reason, text=error.text, lost=lost))]


def fail(state: State, message_id: str, error: BotmeshError) -> Events:
    """Fail the task, because its agent refused it or failed."""
    if not _runs(state, message_id) or state.view.cancel_requested:
        return []
    return [_end(TASK_STATE_FAILED, error.reason, error.text)]


def give_up(state: State, error: BotmeshError) -> Events:
    """Fail a task that waits, because its queue timeout has passed."""
    return [_end(TASK_STATE_FAILED, error.reason, error.text)] if state.view.state == TASK_STATE_SUBMITTED else []


def request_cancel(state: State, reason: str) -> Events:
    """Ask for the task's end; no events if it has ended or its end was asked for before."""
    if state.is_final or state.view.cancel_requested:
        return []
    return [TaskEvent(cancel_requested=TaskCancelRequested(reason=reason))]


def cancelled(state: State, receipts: Sequence[CancelReceipt]) -> Events:
    """End a task whose cancellation was asked for, with the receipts of its hops."""
    if state.is_final or not state.view.cancel_requested:
        return []
    ended = TaskEnded(state=TASK_STATE_CANCELED, reason="CANCELLED", text=state.view.text, cancel_receipts=receipts)
    return [TaskEvent(ended=ended)]


def resume(state: State, message: Message) -> Events:
    """Continue an interrupted task with the input that its agent asked for.

    Raises:
        TaskNotWaiting: the task is not interrupted.
        MessageTooLarge: its variables would exceed the limit of a request.
    """
    if state.view.state not in INTERRUPTED or state.view.cancel_requested:
        name = TaskState.Name(state.view.state).removeprefix("TASK_STATE_").lower()
        text = f"task {state.view.task_id} is {name} and asks for nothing: look at it with GetTask"
        raise TaskNotWaiting(text, task_id=state.view.task_id, state=name)
    size = state.message.context.ByteSize() + message.context.ByteSize() + state.view.reply.message.context.ByteSize()
    if size > MAX_REQUEST:
        text = f"the variables of the task would be {size} bytes and the limit is {MAX_REQUEST}: send less"
        raise MessageTooLarge(text, size=size, limit=MAX_REQUEST, direction="request")
    return [TaskEvent(resumed=TaskResumed(message=message))]


def deliver(state: State, reason: str = "") -> Events:
    """Record that the receipt was delivered, or given up for a reason; no events if none is due."""
    if state.is_told:
        return []
    return [TaskEvent(receipt_delivered=TaskReceiptDelivered(agent=state.view.from_agent, reason=reason))]


def _runs(state: State, message_id: str) -> bool:
    return state.view.state == TASK_STATE_WORKING and state.message_id == message_id


def _end(ended: TaskState, reason: str = "", text: str = "", reply: Reply | None = None) -> TaskEvent:
    return TaskEvent(ended=TaskEnded(state=ended, reason=reason, text=text, reply=reply))


def _fingerprint(message: Message) -> bytes:
    """The bytes that a repeated submission must have in common with the first."""
    core = Message()
    core.CopyFrom(message)
    for name in ("timestamp", "correlation_id"):
        core.ClearField(name)
    return core.SerializeToString(deterministic=True)
