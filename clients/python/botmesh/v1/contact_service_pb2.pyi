import datetime

from botmesh.v1 import contact_pb2 as _contact_pb2
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

class GetContactRequest(_message.Message):
    __slots__ = ("contact",)
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.ContactKey
    def __init__(self, contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ...) -> None: ...

class GetContactResponse(_message.Message):
    __slots__ = ("contact",)
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.Contact
    def __init__(self, contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...

class ListContactsRequest(_message.Message):
    __slots__ = ("account_id", "status", "tag", "assigned_agent", "channel", "page_size", "page_token")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_AGENT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    status: _conversation_pb2.ConversationStatus
    tag: str
    assigned_agent: str
    channel: str
    page_size: int
    page_token: str
    def __init__(self, account_id: _Optional[str] = ..., status: _Optional[_Union[_conversation_pb2.ConversationStatus, str]] = ..., tag: _Optional[str] = ..., assigned_agent: _Optional[str] = ..., channel: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListContactsResponse(_message.Message):
    __slots__ = ("contacts", "next_page_token")
    CONTACTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    contacts: _containers.RepeatedCompositeFieldContainer[_contact_pb2.Contact]
    next_page_token: str
    def __init__(self, contacts: _Optional[_Iterable[_Union[_contact_pb2.Contact, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateContactRequest(_message.Message):
    __slots__ = ("contact", "status", "paused_until", "reason", "mode", "language", "assigned_agent", "add_tags", "remove_tags", "fields")
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PAUSED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_AGENT_FIELD_NUMBER: _ClassVar[int]
    ADD_TAGS_FIELD_NUMBER: _ClassVar[int]
    REMOVE_TAGS_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.ContactKey
    status: _conversation_pb2.ConversationStatus
    paused_until: _timestamp_pb2.Timestamp
    reason: str
    mode: _transfer_pb2.ConversationMode
    language: str
    assigned_agent: str
    add_tags: _containers.RepeatedScalarFieldContainer[str]
    remove_tags: _containers.RepeatedScalarFieldContainer[str]
    fields: _struct_pb2.Struct
    def __init__(self, contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ..., status: _Optional[_Union[_conversation_pb2.ConversationStatus, str]] = ..., paused_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., mode: _Optional[_Union[_transfer_pb2.ConversationMode, str]] = ..., language: _Optional[str] = ..., assigned_agent: _Optional[str] = ..., add_tags: _Optional[_Iterable[str]] = ..., remove_tags: _Optional[_Iterable[str]] = ..., fields: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class UpdateContactResponse(_message.Message):
    __slots__ = ("contact",)
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.Contact
    def __init__(self, contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...

class LinkAddressRequest(_message.Message):
    __slots__ = ("contact", "address")
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.ContactKey
    address: _conversation_pb2.Address
    def __init__(self, contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ..., address: _Optional[_Union[_conversation_pb2.Address, _Mapping]] = ...) -> None: ...

class LinkAddressResponse(_message.Message):
    __slots__ = ("contact",)
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.Contact
    def __init__(self, contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...

class UnlinkAddressRequest(_message.Message):
    __slots__ = ("contact", "address")
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.ContactKey
    address: _conversation_pb2.Address
    def __init__(self, contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ..., address: _Optional[_Union[_conversation_pb2.Address, _Mapping]] = ...) -> None: ...

class UnlinkAddressResponse(_message.Message):
    __slots__ = ("contact",)
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.Contact
    def __init__(self, contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...

class MergeContactsRequest(_message.Message):
    __slots__ = ("contact", "merged")
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    MERGED_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.ContactKey
    merged: _contact_pb2.ContactKey
    def __init__(self, contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ..., merged: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ...) -> None: ...

class MergeContactsResponse(_message.Message):
    __slots__ = ("contact",)
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.Contact
    def __init__(self, contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...
