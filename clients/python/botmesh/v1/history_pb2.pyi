import datetime

from botmesh.v1 import part_pb2 as _part_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AuthorKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUTHOR_KIND_UNSPECIFIED: _ClassVar[AuthorKind]
    AUTHOR_KIND_CONTACT: _ClassVar[AuthorKind]
    AUTHOR_KIND_AGENT: _ClassVar[AuthorKind]
    AUTHOR_KIND_PERSON: _ClassVar[AuthorKind]
    AUTHOR_KIND_SYSTEM: _ClassVar[AuthorKind]
AUTHOR_KIND_UNSPECIFIED: AuthorKind
AUTHOR_KIND_CONTACT: AuthorKind
AUTHOR_KIND_AGENT: AuthorKind
AUTHOR_KIND_PERSON: AuthorKind
AUTHOR_KIND_SYSTEM: AuthorKind

class HistoryEntry(_message.Message):
    __slots__ = ("sequence", "author_kind", "author", "payload", "timestamp", "epoch", "message_id")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_KIND_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    author_kind: AuthorKind
    author: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    timestamp: _timestamp_pb2.Timestamp
    epoch: int
    message_id: str
    def __init__(self, sequence: _Optional[int] = ..., author_kind: _Optional[_Union[AuthorKind, str]] = ..., author: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., epoch: _Optional[int] = ..., message_id: _Optional[str] = ...) -> None: ...
