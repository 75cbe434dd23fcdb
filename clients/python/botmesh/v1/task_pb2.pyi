import datetime

from botmesh.v1 import agent_service_pb2 as _agent_service_pb2
from botmesh.v1 import message_pb2 as _message_pb2
from botmesh.v1 import task_state_pb2 as _task_state_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Task(_message.Message):
    __slots__ = ("task_id", "account_id", "agent", "from_agent", "state", "reason", "text", "sequence", "request", "reply", "progress", "submitted_at", "updated_at", "instance_id", "attempts", "run_time", "run_timeout", "queue_timeout", "queue_position", "path", "max_hops", "at_most_once", "cancel_requested", "cancel_receipts", "late_replies", "delivered")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    FROM_AGENT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    RUN_TIME_FIELD_NUMBER: _ClassVar[int]
    RUN_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    QUEUE_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    QUEUE_POSITION_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    MAX_HOPS_FIELD_NUMBER: _ClassVar[int]
    AT_MOST_ONCE_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    CANCEL_RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    LATE_REPLIES_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    account_id: str
    agent: str
    from_agent: str
    state: _task_state_pb2.TaskState
    reason: str
    text: str
    sequence: int
    request: _message_pb2.Message
    reply: _message_pb2.Reply
    progress: _agent_service_pb2.Progress
    submitted_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    instance_id: str
    attempts: int
    run_time: _duration_pb2.Duration
    run_timeout: _duration_pb2.Duration
    queue_timeout: _duration_pb2.Duration
    queue_position: int
    path: _containers.RepeatedScalarFieldContainer[str]
    max_hops: int
    at_most_once: bool
    cancel_requested: bool
    cancel_receipts: _containers.RepeatedCompositeFieldContainer[_agent_service_pb2.CancelReceipt]
    late_replies: _containers.RepeatedCompositeFieldContainer[_message_pb2.Reply]
    delivered: TaskReceiptDelivered
    def __init__(self, task_id: _Optional[str] = ..., account_id: _Optional[str] = ..., agent: _Optional[str] = ..., from_agent: _Optional[str] = ..., state: _Optional[_Union[_task_state_pb2.TaskState, str]] = ..., reason: _Optional[str] = ..., text: _Optional[str] = ..., sequence: _Optional[int] = ..., request: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., reply: _Optional[_Union[_message_pb2.Reply, _Mapping]] = ..., progress: _Optional[_Union[_agent_service_pb2.Progress, _Mapping]] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., instance_id: _Optional[str] = ..., attempts: _Optional[int] = ..., run_time: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., run_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., queue_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., queue_position: _Optional[int] = ..., path: _Optional[_Iterable[str]] = ..., max_hops: _Optional[int] = ..., at_most_once: _Optional[bool] = ..., cancel_requested: _Optional[bool] = ..., cancel_receipts: _Optional[_Iterable[_Union[_agent_service_pb2.CancelReceipt, _Mapping]]] = ..., late_replies: _Optional[_Iterable[_Union[_message_pb2.Reply, _Mapping]]] = ..., delivered: _Optional[_Union[TaskReceiptDelivered, _Mapping]] = ...) -> None: ...

class TaskEvent(_message.Message):
    __slots__ = ("position", "sequence", "task_id", "time", "trace_id", "account_id", "submitted", "started", "progressed", "requeued", "interrupted", "resumed", "cancel_requested", "ended", "late_reply", "receipt_delivered")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    PROGRESSED_FIELD_NUMBER: _ClassVar[int]
    REQUEUED_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTED_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    LATE_REPLY_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_DELIVERED_FIELD_NUMBER: _ClassVar[int]
    position: str
    sequence: int
    task_id: str
    time: _timestamp_pb2.Timestamp
    trace_id: str
    account_id: str
    submitted: TaskSubmitted
    started: TaskStarted
    progressed: _agent_service_pb2.Progress
    requeued: TaskRequeued
    interrupted: TaskInterrupted
    resumed: TaskResumed
    cancel_requested: TaskCancelRequested
    ended: TaskEnded
    late_reply: TaskLateReply
    receipt_delivered: TaskReceiptDelivered
    def __init__(self, position: _Optional[str] = ..., sequence: _Optional[int] = ..., task_id: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., trace_id: _Optional[str] = ..., account_id: _Optional[str] = ..., submitted: _Optional[_Union[TaskSubmitted, _Mapping]] = ..., started: _Optional[_Union[TaskStarted, _Mapping]] = ..., progressed: _Optional[_Union[_agent_service_pb2.Progress, _Mapping]] = ..., requeued: _Optional[_Union[TaskRequeued, _Mapping]] = ..., interrupted: _Optional[_Union[TaskInterrupted, _Mapping]] = ..., resumed: _Optional[_Union[TaskResumed, _Mapping]] = ..., cancel_requested: _Optional[_Union[TaskCancelRequested, _Mapping]] = ..., ended: _Optional[_Union[TaskEnded, _Mapping]] = ..., late_reply: _Optional[_Union[TaskLateReply, _Mapping]] = ..., receipt_delivered: _Optional[_Union[TaskReceiptDelivered, _Mapping]] = ...) -> None: ...

class TaskSubmitted(_message.Message):
    __slots__ = ("request", "agent", "path", "max_hops", "run_timeout", "queue_timeout", "at_most_once", "no_receipt", "traceparent")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    MAX_HOPS_FIELD_NUMBER: _ClassVar[int]
    RUN_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    QUEUE_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    AT_MOST_ONCE_FIELD_NUMBER: _ClassVar[int]
    NO_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    request: _message_pb2.Message
    agent: str
    path: _containers.RepeatedScalarFieldContainer[str]
    max_hops: int
    run_timeout: _duration_pb2.Duration
    queue_timeout: _duration_pb2.Duration
    at_most_once: bool
    no_receipt: bool
    traceparent: str
    def __init__(self, request: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., agent: _Optional[str] = ..., path: _Optional[_Iterable[str]] = ..., max_hops: _Optional[int] = ..., run_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., queue_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., at_most_once: _Optional[bool] = ..., no_receipt: _Optional[bool] = ..., traceparent: _Optional[str] = ...) -> None: ...

class TaskStarted(_message.Message):
    __slots__ = ("instance_id", "attempt", "message_id")
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    instance_id: str
    attempt: int
    message_id: str
    def __init__(self, instance_id: _Optional[str] = ..., attempt: _Optional[int] = ..., message_id: _Optional[str] = ...) -> None: ...

class TaskRequeued(_message.Message):
    __slots__ = ("reason", "text", "lost")
    REASON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LOST_FIELD_NUMBER: _ClassVar[int]
    reason: str
    text: str
    lost: bool
    def __init__(self, reason: _Optional[str] = ..., text: _Optional[str] = ..., lost: _Optional[bool] = ...) -> None: ...

class TaskInterrupted(_message.Message):
    __slots__ = ("state", "reply")
    STATE_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    state: _task_state_pb2.TaskState
    reply: _message_pb2.Reply
    def __init__(self, state: _Optional[_Union[_task_state_pb2.TaskState, str]] = ..., reply: _Optional[_Union[_message_pb2.Reply, _Mapping]] = ...) -> None: ...

class TaskResumed(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: _message_pb2.Message
    def __init__(self, message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ...) -> None: ...

class TaskCancelRequested(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class TaskEnded(_message.Message):
    __slots__ = ("state", "reason", "text", "reply", "cancel_receipts")
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    CANCEL_RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    state: _task_state_pb2.TaskState
    reason: str
    text: str
    reply: _message_pb2.Reply
    cancel_receipts: _containers.RepeatedCompositeFieldContainer[_agent_service_pb2.CancelReceipt]
    def __init__(self, state: _Optional[_Union[_task_state_pb2.TaskState, str]] = ..., reason: _Optional[str] = ..., text: _Optional[str] = ..., reply: _Optional[_Union[_message_pb2.Reply, _Mapping]] = ..., cancel_receipts: _Optional[_Iterable[_Union[_agent_service_pb2.CancelReceipt, _Mapping]]] = ...) -> None: ...

class TaskLateReply(_message.Message):
    __slots__ = ("reply",)
    REPLY_FIELD_NUMBER: _ClassVar[int]
    reply: _message_pb2.Reply
    def __init__(self, reply: _Optional[_Union[_message_pb2.Reply, _Mapping]] = ...) -> None: ...

class TaskReceiptDelivered(_message.Message):
    __slots__ = ("agent", "reason")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    agent: str
    reason: str
    def __init__(self, agent: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
