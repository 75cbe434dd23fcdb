import datetime

from botmesh.v1 import part_pb2 as _part_pb2
from botmesh.v1 import task_state_pb2 as _task_state_pb2
from botmesh.v1 import usage_pb2 as _usage_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MessageType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MESSAGE_TYPE_UNSPECIFIED: _ClassVar[MessageType]
    MESSAGE_TYPE_REQUEST: _ClassVar[MessageType]
    MESSAGE_TYPE_RESPONSE: _ClassVar[MessageType]
    MESSAGE_TYPE_DELEGATE: _ClassVar[MessageType]
    MESSAGE_TYPE_TURN: _ClassVar[MessageType]
    MESSAGE_TYPE_TRANSFER: _ClassVar[MessageType]
    MESSAGE_TYPE_BROADCAST: _ClassVar[MessageType]
    MESSAGE_TYPE_COLLABORATE: _ClassVar[MessageType]
    MESSAGE_TYPE_ACK: _ClassVar[MessageType]
    MESSAGE_TYPE_ERROR: _ClassVar[MessageType]
MESSAGE_TYPE_UNSPECIFIED: MessageType
MESSAGE_TYPE_REQUEST: MessageType
MESSAGE_TYPE_RESPONSE: MessageType
MESSAGE_TYPE_DELEGATE: MessageType
MESSAGE_TYPE_TURN: MessageType
MESSAGE_TYPE_TRANSFER: MessageType
MESSAGE_TYPE_BROADCAST: MessageType
MESSAGE_TYPE_COLLABORATE: MessageType
MESSAGE_TYPE_ACK: MessageType
MESSAGE_TYPE_ERROR: MessageType

class Message(_message.Message):
    __slots__ = ("from_agent", "to_agent", "message_type", "payload", "correlation_id", "timestamp", "message_id", "conversation_id", "account_id", "context", "skill_id", "in_reply_to", "task_id")
    FROM_AGENT_FIELD_NUMBER: _ClassVar[int]
    TO_AGENT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SKILL_ID_FIELD_NUMBER: _ClassVar[int]
    IN_REPLY_TO_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    from_agent: str
    to_agent: str
    message_type: MessageType
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    correlation_id: str
    timestamp: _timestamp_pb2.Timestamp
    message_id: str
    conversation_id: str
    account_id: str
    context: _struct_pb2.Struct
    skill_id: str
    in_reply_to: str
    task_id: str
    def __init__(self, from_agent: _Optional[str] = ..., to_agent: _Optional[str] = ..., message_type: _Optional[_Union[MessageType, str]] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., correlation_id: _Optional[str] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., account_id: _Optional[str] = ..., context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., skill_id: _Optional[str] = ..., in_reply_to: _Optional[str] = ..., task_id: _Optional[str] = ...) -> None: ...

class Reply(_message.Message):
    __slots__ = ("message", "confidence", "usage", "chain_usage", "instance_id", "not_mine", "task_state")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    CHAIN_USAGE_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    NOT_MINE_FIELD_NUMBER: _ClassVar[int]
    TASK_STATE_FIELD_NUMBER: _ClassVar[int]
    message: Message
    confidence: float
    usage: _usage_pb2.Usage
    chain_usage: _containers.RepeatedCompositeFieldContainer[_usage_pb2.Usage]
    instance_id: str
    not_mine: bool
    task_state: _task_state_pb2.TaskState
    def __init__(self, message: _Optional[_Union[Message, _Mapping]] = ..., confidence: _Optional[float] = ..., usage: _Optional[_Union[_usage_pb2.Usage, _Mapping]] = ..., chain_usage: _Optional[_Iterable[_Union[_usage_pb2.Usage, _Mapping]]] = ..., instance_id: _Optional[str] = ..., not_mine: _Optional[bool] = ..., task_state: _Optional[_Union[_task_state_pb2.TaskState, str]] = ...) -> None: ...
