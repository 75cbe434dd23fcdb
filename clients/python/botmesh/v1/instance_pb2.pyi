import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Readiness(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    READINESS_UNSPECIFIED: _ClassVar[Readiness]
    READINESS_READY: _ClassVar[Readiness]
    READINESS_BUSY: _ClassVar[Readiness]
    READINESS_DRAINING: _ClassVar[Readiness]
    READINESS_DOWN: _ClassVar[Readiness]
READINESS_UNSPECIFIED: Readiness
READINESS_READY: Readiness
READINESS_BUSY: Readiness
READINESS_DRAINING: Readiness
READINESS_DOWN: Readiness

class Load(_message.Message):
    __slots__ = ("in_flight", "recent_failures")
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    RECENT_FAILURES_FIELD_NUMBER: _ClassVar[int]
    in_flight: int
    recent_failures: int
    def __init__(self, in_flight: _Optional[int] = ..., recent_failures: _Optional[int] = ...) -> None: ...

class Instance(_message.Message):
    __slots__ = ("instance_id", "account_id", "agent", "address", "readiness", "version", "registered_at", "load", "takes_links")
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    READINESS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_AT_FIELD_NUMBER: _ClassVar[int]
    LOAD_FIELD_NUMBER: _ClassVar[int]
    TAKES_LINKS_FIELD_NUMBER: _ClassVar[int]
    instance_id: str
    account_id: str
    agent: str
    address: str
    readiness: Readiness
    version: str
    registered_at: _timestamp_pb2.Timestamp
    load: Load
    takes_links: bool
    def __init__(self, instance_id: _Optional[str] = ..., account_id: _Optional[str] = ..., agent: _Optional[str] = ..., address: _Optional[str] = ..., readiness: _Optional[_Union[Readiness, str]] = ..., version: _Optional[str] = ..., registered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., load: _Optional[_Union[Load, _Mapping]] = ..., takes_links: _Optional[bool] = ...) -> None: ...
