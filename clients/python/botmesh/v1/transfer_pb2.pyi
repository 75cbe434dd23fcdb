import datetime

from botmesh.v1 import history_pb2 as _history_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TransferInitiator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSFER_INITIATOR_UNSPECIFIED: _ClassVar[TransferInitiator]
    TRANSFER_INITIATOR_AGENT: _ClassVar[TransferInitiator]
    TRANSFER_INITIATOR_OPERATOR: _ClassVar[TransferInitiator]
    TRANSFER_INITIATOR_TRIGGER: _ClassVar[TransferInitiator]

class ConversationMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONVERSATION_MODE_UNSPECIFIED: _ClassVar[ConversationMode]
    CONVERSATION_MODE_AUTOPILOT: _ClassVar[ConversationMode]
    CONVERSATION_MODE_SUGGESTIVE: _ClassVar[ConversationMode]

class TransferDecision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSFER_DECISION_UNSPECIFIED: _ClassVar[TransferDecision]
    TRANSFER_DECISION_ACCEPTED: _ClassVar[TransferDecision]
    TRANSFER_DECISION_DECLINED: _ClassVar[TransferDecision]
TRANSFER_INITIATOR_UNSPECIFIED: TransferInitiator
TRANSFER_INITIATOR_AGENT: TransferInitiator
TRANSFER_INITIATOR_OPERATOR: TransferInitiator
TRANSFER_INITIATOR_TRIGGER: TransferInitiator
CONVERSATION_MODE_UNSPECIFIED: ConversationMode
CONVERSATION_MODE_AUTOPILOT: ConversationMode
CONVERSATION_MODE_SUGGESTIVE: ConversationMode
TRANSFER_DECISION_UNSPECIFIED: TransferDecision
TRANSFER_DECISION_ACCEPTED: TransferDecision
TRANSFER_DECISION_DECLINED: TransferDecision

class TransferOffer(_message.Message):
    __slots__ = ("transfer_id", "epoch", "expires_at", "reason", "intent_id", "initiator", "mode", "contact_id", "channel", "history", "history_truncated")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    INITIATOR_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    HISTORY_TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    epoch: int
    expires_at: _timestamp_pb2.Timestamp
    reason: str
    intent_id: str
    initiator: TransferInitiator
    mode: ConversationMode
    contact_id: str
    channel: str
    history: _containers.RepeatedCompositeFieldContainer[_history_pb2.HistoryEntry]
    history_truncated: bool
    def __init__(self, transfer_id: _Optional[str] = ..., epoch: _Optional[int] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., intent_id: _Optional[str] = ..., initiator: _Optional[_Union[TransferInitiator, str]] = ..., mode: _Optional[_Union[ConversationMode, str]] = ..., contact_id: _Optional[str] = ..., channel: _Optional[str] = ..., history: _Optional[_Iterable[_Union[_history_pb2.HistoryEntry, _Mapping]]] = ..., history_truncated: _Optional[bool] = ...) -> None: ...
