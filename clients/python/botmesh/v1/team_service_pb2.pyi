import datetime

from botmesh.v1 import message_pb2 as _message_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Recipients(_message.Message):
    __slots__ = ("agents", "tags", "skill_id", "everybody", "conversation_id")
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    SKILL_ID_FIELD_NUMBER: _ClassVar[int]
    EVERYBODY_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    agents: _containers.RepeatedScalarFieldContainer[str]
    tags: _containers.RepeatedScalarFieldContainer[str]
    skill_id: str
    everybody: bool
    conversation_id: str
    def __init__(self, agents: _Optional[_Iterable[str]] = ..., tags: _Optional[_Iterable[str]] = ..., skill_id: _Optional[str] = ..., everybody: _Optional[bool] = ..., conversation_id: _Optional[str] = ...) -> None: ...

class DelegateToSkillRequest(_message.Message):
    __slots__ = ("message", "timeout")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    message: _message_pb2.Message
    timeout: _duration_pb2.Duration
    def __init__(self, message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class DelegateToSkillResponse(_message.Message):
    __slots__ = ("reply",)
    REPLY_FIELD_NUMBER: _ClassVar[int]
    reply: _message_pb2.Reply
    def __init__(self, reply: _Optional[_Union[_message_pb2.Reply, _Mapping]] = ...) -> None: ...

class ConsultRequest(_message.Message):
    __slots__ = ("message", "recipients", "min_confidence", "enough", "timeout")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    MIN_CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    ENOUGH_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    message: _message_pb2.Message
    recipients: Recipients
    min_confidence: float
    enough: int
    timeout: _duration_pb2.Duration
    def __init__(self, message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., recipients: _Optional[_Union[Recipients, _Mapping]] = ..., min_confidence: _Optional[float] = ..., enough: _Optional[int] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Opinion(_message.Message):
    __slots__ = ("agent", "conversation_id", "address", "reply", "failure")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    agent: str
    conversation_id: str
    address: str
    reply: _message_pb2.Reply
    failure: Failure
    def __init__(self, agent: _Optional[str] = ..., conversation_id: _Optional[str] = ..., address: _Optional[str] = ..., reply: _Optional[_Union[_message_pb2.Reply, _Mapping]] = ..., failure: _Optional[_Union[Failure, _Mapping]] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("reason", "code", "text", "metadata", "started")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    REASON_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    reason: str
    code: int
    text: str
    metadata: _containers.ScalarMap[str, str]
    started: bool
    def __init__(self, reason: _Optional[str] = ..., code: _Optional[int] = ..., text: _Optional[str] = ..., metadata: _Optional[_Mapping[str, str]] = ..., started: _Optional[bool] = ...) -> None: ...

class ConsultResponse(_message.Message):
    __slots__ = ("answers", "unsure", "failures")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    UNSURE_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[Opinion]
    unsure: _containers.RepeatedCompositeFieldContainer[Opinion]
    failures: _containers.RepeatedCompositeFieldContainer[Opinion]
    def __init__(self, answers: _Optional[_Iterable[_Union[Opinion, _Mapping]]] = ..., unsure: _Optional[_Iterable[_Union[Opinion, _Mapping]]] = ..., failures: _Optional[_Iterable[_Union[Opinion, _Mapping]]] = ...) -> None: ...

class CollaborateRequest(_message.Message):
    __slots__ = ("message", "recipients", "timeout")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    message: _message_pb2.Message
    recipients: Recipients
    timeout: _duration_pb2.Duration
    def __init__(self, message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., recipients: _Optional[_Union[Recipients, _Mapping]] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CollaborateResponse(_message.Message):
    __slots__ = ("answers", "failures")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[Opinion]
    failures: _containers.RepeatedCompositeFieldContainer[Opinion]
    def __init__(self, answers: _Optional[_Iterable[_Union[Opinion, _Mapping]]] = ..., failures: _Optional[_Iterable[_Union[Opinion, _Mapping]]] = ...) -> None: ...

class BroadcastRequest(_message.Message):
    __slots__ = ("message", "recipients", "timeout")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    message: _message_pb2.Message
    recipients: Recipients
    timeout: _duration_pb2.Duration
    def __init__(self, message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., recipients: _Optional[_Union[Recipients, _Mapping]] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class BroadcastReceipt(_message.Message):
    __slots__ = ("agent", "message_id", "failure")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    agent: str
    message_id: str
    failure: Failure
    def __init__(self, agent: _Optional[str] = ..., message_id: _Optional[str] = ..., failure: _Optional[_Union[Failure, _Mapping]] = ...) -> None: ...

class BroadcastResponse(_message.Message):
    __slots__ = ("receipts",)
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    receipts: _containers.RepeatedCompositeFieldContainer[BroadcastReceipt]
    def __init__(self, receipts: _Optional[_Iterable[_Union[BroadcastReceipt, _Mapping]]] = ...) -> None: ...
