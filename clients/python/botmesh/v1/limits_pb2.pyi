import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Limits(_message.Message):
    __slots__ = ("enabled", "default_timeout", "max_timeout", "stream_idle_timeout", "max_hops", "allow_revisits", "max_message_bytes", "max_delegations", "max_retries", "chain_budget", "conversation_budget", "daily_budget", "max_reply_bytes")
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    MAX_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    STREAM_IDLE_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    MAX_HOPS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_REVISITS_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_DELEGATIONS_FIELD_NUMBER: _ClassVar[int]
    MAX_RETRIES_FIELD_NUMBER: _ClassVar[int]
    CHAIN_BUDGET_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_BUDGET_FIELD_NUMBER: _ClassVar[int]
    DAILY_BUDGET_FIELD_NUMBER: _ClassVar[int]
    MAX_REPLY_BYTES_FIELD_NUMBER: _ClassVar[int]
    enabled: bool
    default_timeout: _duration_pb2.Duration
    max_timeout: _duration_pb2.Duration
    stream_idle_timeout: _duration_pb2.Duration
    max_hops: int
    allow_revisits: bool
    max_message_bytes: int
    max_delegations: int
    max_retries: int
    chain_budget: int
    conversation_budget: int
    daily_budget: int
    max_reply_bytes: int
    def __init__(self, enabled: _Optional[bool] = ..., default_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., max_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., stream_idle_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., max_hops: _Optional[int] = ..., allow_revisits: _Optional[bool] = ..., max_message_bytes: _Optional[int] = ..., max_delegations: _Optional[int] = ..., max_retries: _Optional[int] = ..., chain_budget: _Optional[int] = ..., conversation_budget: _Optional[int] = ..., daily_budget: _Optional[int] = ..., max_reply_bytes: _Optional[int] = ...) -> None: ...
