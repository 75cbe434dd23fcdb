from botmesh.v1 import conversation_pb2 as _conversation_pb2
from botmesh.v1 import history_pb2 as _history_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Turn(_message.Message):
    __slots__ = ("turn_id", "epoch", "contact_id", "channel", "service_address", "history", "history_truncated", "transfer", "tags", "fields", "language", "opening", "previous_conversation_id")
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    SERVICE_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    HISTORY_TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    OPENING_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    turn_id: str
    epoch: int
    contact_id: str
    channel: str
    service_address: str
    history: _containers.RepeatedCompositeFieldContainer[_history_pb2.HistoryEntry]
    history_truncated: bool
    transfer: TurnTransfer
    tags: _containers.RepeatedScalarFieldContainer[str]
    fields: _struct_pb2.Struct
    language: str
    opening: _conversation_pb2.ConversationOpening
    previous_conversation_id: str
    def __init__(self, turn_id: _Optional[str] = ..., epoch: _Optional[int] = ..., contact_id: _Optional[str] = ..., channel: _Optional[str] = ..., service_address: _Optional[str] = ..., history: _Optional[_Iterable[_Union[_history_pb2.HistoryEntry, _Mapping]]] = ..., history_truncated: _Optional[bool] = ..., transfer: _Optional[_Union[TurnTransfer, _Mapping]] = ..., tags: _Optional[_Iterable[str]] = ..., fields: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., language: _Optional[str] = ..., opening: _Optional[_Union[_conversation_pb2.ConversationOpening, _Mapping]] = ..., previous_conversation_id: _Optional[str] = ...) -> None: ...

class TurnTransfer(_message.Message):
    __slots__ = ("transfer_id", "from_agent", "reason", "intent_id")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_AGENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    from_agent: str
    reason: str
    intent_id: str
    def __init__(self, transfer_id: _Optional[str] = ..., from_agent: _Optional[str] = ..., reason: _Optional[str] = ..., intent_id: _Optional[str] = ...) -> None: ...
