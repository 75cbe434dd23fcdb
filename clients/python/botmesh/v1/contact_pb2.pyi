import datetime

from botmesh.v1 import conversation_pb2 as _conversation_pb2
from botmesh.v1 import transfer_pb2 as _transfer_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ContactKey(_message.Message):
    __slots__ = ("account_id", "contact_id", "address")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    contact_id: str
    address: _conversation_pb2.Address
    def __init__(self, account_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., address: _Optional[_Union[_conversation_pb2.Address, _Mapping]] = ...) -> None: ...

class Contact(_message.Message):
    __slots__ = ("contact_id", "account_id", "addresses", "status", "paused_until", "mode", "tags", "fields", "language", "assigned_agent", "conversations", "merged_ids", "sequence", "created_at", "updated_at")
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PAUSED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_AGENT_FIELD_NUMBER: _ClassVar[int]
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    MERGED_IDS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    contact_id: str
    account_id: str
    addresses: _containers.RepeatedCompositeFieldContainer[_conversation_pb2.Address]
    status: _conversation_pb2.ConversationStatus
    paused_until: _timestamp_pb2.Timestamp
    mode: _transfer_pb2.ConversationMode
    tags: _containers.RepeatedScalarFieldContainer[str]
    fields: _struct_pb2.Struct
    language: str
    assigned_agent: str
    conversations: _containers.RepeatedCompositeFieldContainer[_conversation_pb2.OpenConversation]
    merged_ids: _containers.RepeatedScalarFieldContainer[str]
    sequence: int
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, contact_id: _Optional[str] = ..., account_id: _Optional[str] = ..., addresses: _Optional[_Iterable[_Union[_conversation_pb2.Address, _Mapping]]] = ..., status: _Optional[_Union[_conversation_pb2.ConversationStatus, str]] = ..., paused_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., mode: _Optional[_Union[_transfer_pb2.ConversationMode, str]] = ..., tags: _Optional[_Iterable[str]] = ..., fields: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., language: _Optional[str] = ..., assigned_agent: _Optional[str] = ..., conversations: _Optional[_Iterable[_Union[_conversation_pb2.OpenConversation, _Mapping]]] = ..., merged_ids: _Optional[_Iterable[str]] = ..., sequence: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
