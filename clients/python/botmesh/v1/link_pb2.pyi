import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LinkRequest(_message.Message):
    __slots__ = ("calls",)
    CALLS_FIELD_NUMBER: _ClassVar[int]
    calls: _containers.RepeatedCompositeFieldContainer[LinkedCall]
    def __init__(self, calls: _Optional[_Iterable[_Union[LinkedCall, _Mapping]]] = ...) -> None: ...

class LinkedCall(_message.Message):
    __slots__ = ("id", "start", "cancel", "read_bytes")
    ID_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    READ_BYTES_FIELD_NUMBER: _ClassVar[int]
    id: int
    start: LinkedStart
    cancel: bool
    read_bytes: int
    def __init__(self, id: _Optional[int] = ..., start: _Optional[_Union[LinkedStart, _Mapping]] = ..., cancel: _Optional[bool] = ..., read_bytes: _Optional[int] = ...) -> None: ...

class LinkedStart(_message.Message):
    __slots__ = ("method", "request", "metadata", "timeout")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    METHOD_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    method: str
    request: bytes
    metadata: _containers.ScalarMap[str, str]
    timeout: _duration_pb2.Duration
    def __init__(self, method: _Optional[str] = ..., request: _Optional[bytes] = ..., metadata: _Optional[_Mapping[str, str]] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class LinkResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[LinkedAnswer]
    def __init__(self, answers: _Optional[_Iterable[_Union[LinkedAnswer, _Mapping]]] = ...) -> None: ...

class LinkedAnswer(_message.Message):
    __slots__ = ("id", "response", "part", "status", "closing")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CLOSING_FIELD_NUMBER: _ClassVar[int]
    id: int
    response: bytes
    part: bytes
    status: bytes
    closing: bool
    def __init__(self, id: _Optional[int] = ..., response: _Optional[bytes] = ..., part: _Optional[bytes] = ..., status: _Optional[bytes] = ..., closing: _Optional[bool] = ...) -> None: ...
