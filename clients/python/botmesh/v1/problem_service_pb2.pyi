import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProblemKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROBLEM_KIND_UNSPECIFIED: _ClassVar[ProblemKind]
    PROBLEM_KIND_UNREADABLE: _ClassVar[ProblemKind]
    PROBLEM_KIND_TASK_FAILED: _ClassVar[ProblemKind]
    PROBLEM_KIND_STORAGE: _ClassVar[ProblemKind]
    PROBLEM_KIND_SET_ASIDE: _ClassVar[ProblemKind]
PROBLEM_KIND_UNSPECIFIED: ProblemKind
PROBLEM_KIND_UNREADABLE: ProblemKind
PROBLEM_KIND_TASK_FAILED: ProblemKind
PROBLEM_KIND_STORAGE: ProblemKind
PROBLEM_KIND_SET_ASIDE: ProblemKind

class Problem(_message.Message):
    __slots__ = ("component", "kind", "subject", "text", "count", "first_seen", "last_seen", "over")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_FIELD_NUMBER: _ClassVar[int]
    OVER_FIELD_NUMBER: _ClassVar[int]
    component: str
    kind: ProblemKind
    subject: str
    text: str
    count: int
    first_seen: _timestamp_pb2.Timestamp
    last_seen: _timestamp_pb2.Timestamp
    over: bool
    def __init__(self, component: _Optional[str] = ..., kind: _Optional[_Union[ProblemKind, str]] = ..., subject: _Optional[str] = ..., text: _Optional[str] = ..., count: _Optional[int] = ..., first_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., over: _Optional[bool] = ...) -> None: ...

class ListProblemsRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class ListProblemsResponse(_message.Message):
    __slots__ = ("problems", "total")
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    problems: _containers.RepeatedCompositeFieldContainer[Problem]
    total: int
    def __init__(self, problems: _Optional[_Iterable[_Union[Problem, _Mapping]]] = ..., total: _Optional[int] = ...) -> None: ...
