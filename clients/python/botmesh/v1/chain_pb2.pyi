from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Chain(_message.Message):
    __slots__ = ("path", "max_hops", "correlation_id", "conversation_id", "account_id", "to")
    PATH_FIELD_NUMBER: _ClassVar[int]
    MAX_HOPS_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    max_hops: int
    correlation_id: str
    conversation_id: str
    account_id: str
    to: str
    def __init__(self, path: _Optional[_Iterable[str]] = ..., max_hops: _Optional[int] = ..., correlation_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., account_id: _Optional[str] = ..., to: _Optional[str] = ...) -> None: ...
