import datetime

from botmesh.v1 import message_pb2 as _message_pb2
from botmesh.v1 import usage_pb2 as _usage_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CostScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COST_SCOPE_UNSPECIFIED: _ClassVar[CostScope]
    COST_SCOPE_CHAIN: _ClassVar[CostScope]
    COST_SCOPE_CONVERSATION: _ClassVar[CostScope]
    COST_SCOPE_ACCOUNT_DAY: _ClassVar[CostScope]
    COST_SCOPE_AGENT: _ClassVar[CostScope]
COST_SCOPE_UNSPECIFIED: CostScope
COST_SCOPE_CHAIN: CostScope
COST_SCOPE_CONVERSATION: CostScope
COST_SCOPE_ACCOUNT_DAY: CostScope
COST_SCOPE_AGENT: CostScope

class JournalEntry(_message.Message):
    __slots__ = ("message", "time", "logged", "usage", "reason", "trace_id")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    LOGGED_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    message: _message_pb2.Message
    time: _timestamp_pb2.Timestamp
    logged: bool
    usage: _usage_pb2.Usage
    reason: str
    trace_id: str
    def __init__(self, message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., logged: _Optional[bool] = ..., usage: _Optional[_Union[_usage_pb2.Usage, _Mapping]] = ..., reason: _Optional[str] = ..., trace_id: _Optional[str] = ...) -> None: ...

class RecordRequest(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[JournalEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[JournalEntry, _Mapping]]] = ...) -> None: ...

class RecordResponse(_message.Message):
    __slots__ = ("totals",)
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    totals: _containers.RepeatedCompositeFieldContainer[CostTotal]
    def __init__(self, totals: _Optional[_Iterable[_Union[CostTotal, _Mapping]]] = ...) -> None: ...

class CostTotal(_message.Message):
    __slots__ = ("scope", "id", "currency", "cost_micros", "input_tokens", "output_tokens", "answers", "account_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    COST_MICROS_FIELD_NUMBER: _ClassVar[int]
    INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    scope: CostScope
    id: str
    currency: str
    cost_micros: int
    input_tokens: int
    output_tokens: int
    answers: int
    account_id: str
    def __init__(self, scope: _Optional[_Union[CostScope, str]] = ..., id: _Optional[str] = ..., currency: _Optional[str] = ..., cost_micros: _Optional[int] = ..., input_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ..., answers: _Optional[int] = ..., account_id: _Optional[str] = ...) -> None: ...

class ListMessagesRequest(_message.Message):
    __slots__ = ("account_id", "correlation_id", "conversation_id", "agent", "page_size", "page_token")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    correlation_id: str
    conversation_id: str
    agent: str
    page_size: int
    page_token: str
    def __init__(self, account_id: _Optional[str] = ..., correlation_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., agent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMessagesResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[JournalEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[JournalEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetCostsRequest(_message.Message):
    __slots__ = ("account_id", "scope", "id", "limit")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    scope: CostScope
    id: str
    limit: int
    def __init__(self, account_id: _Optional[str] = ..., scope: _Optional[_Union[CostScope, str]] = ..., id: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class GetCostsResponse(_message.Message):
    __slots__ = ("totals",)
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    totals: _containers.RepeatedCompositeFieldContainer[CostTotal]
    def __init__(self, totals: _Optional[_Iterable[_Union[CostTotal, _Mapping]]] = ...) -> None: ...
