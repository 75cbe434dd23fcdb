import datetime

from botmesh.v1 import agent_service_pb2 as _agent_service_pb2
from botmesh.v1 import contact_pb2 as _contact_pb2
from botmesh.v1 import conversation_pb2 as _conversation_pb2
from botmesh.v1 import history_pb2 as _history_pb2
from botmesh.v1 import part_pb2 as _part_pb2
from botmesh.v1 import transfer_pb2 as _transfer_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PostEnd(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POST_END_UNSPECIFIED: _ClassVar[PostEnd]
    POST_END_ANSWERED: _ClassVar[PostEnd]
    POST_END_PAUSED: _ClassVar[PostEnd]
    POST_END_STOPPED: _ClassVar[PostEnd]
    POST_END_QUEUED: _ClassVar[PostEnd]
    POST_END_WITH_PERSON: _ClassVar[PostEnd]
    POST_END_SUGGESTED: _ClassVar[PostEnd]
    POST_END_NOBODY_ON_DUTY: _ClassVar[PostEnd]
    POST_END_CLOSED: _ClassVar[PostEnd]

class DeskOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DESK_OUTCOME_UNSPECIFIED: _ClassVar[DeskOutcome]
    DESK_OUTCOME_ASSIGNED: _ClassVar[DeskOutcome]
    DESK_OUTCOME_QUEUED: _ClassVar[DeskOutcome]
    DESK_OUTCOME_NOBODY_ON_DUTY: _ClassVar[DeskOutcome]

class ContextNamespace(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONTEXT_NAMESPACE_UNSPECIFIED: _ClassVar[ContextNamespace]
    CONTEXT_NAMESPACE_CONVERSATION: _ClassVar[ContextNamespace]
    CONTEXT_NAMESPACE_CONTACT: _ClassVar[ContextNamespace]
    CONTEXT_NAMESPACE_ACCOUNT: _ClassVar[ContextNamespace]
POST_END_UNSPECIFIED: PostEnd
POST_END_ANSWERED: PostEnd
POST_END_PAUSED: PostEnd
POST_END_STOPPED: PostEnd
POST_END_QUEUED: PostEnd
POST_END_WITH_PERSON: PostEnd
POST_END_SUGGESTED: PostEnd
POST_END_NOBODY_ON_DUTY: PostEnd
POST_END_CLOSED: PostEnd
DESK_OUTCOME_UNSPECIFIED: DeskOutcome
DESK_OUTCOME_ASSIGNED: DeskOutcome
DESK_OUTCOME_QUEUED: DeskOutcome
DESK_OUTCOME_NOBODY_ON_DUTY: DeskOutcome
CONTEXT_NAMESPACE_UNSPECIFIED: ContextNamespace
CONTEXT_NAMESPACE_CONVERSATION: ContextNamespace
CONTEXT_NAMESPACE_CONTACT: ContextNamespace
CONTEXT_NAMESPACE_ACCOUNT: ContextNamespace

class PostRequest(_message.Message):
    __slots__ = ("conversation_id", "account_id", "channel", "contact_id", "message_id", "payload", "context", "address")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    account_id: str
    channel: str
    contact_id: str
    message_id: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    context: _struct_pb2.Struct
    address: str
    def __init__(self, conversation_id: _Optional[str] = ..., account_id: _Optional[str] = ..., channel: _Optional[str] = ..., contact_id: _Optional[str] = ..., message_id: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., address: _Optional[str] = ...) -> None: ...

class PostResponse(_message.Message):
    __slots__ = ("accepted", "partial", "progress", "reset", "entry", "owner", "end", "queue_position")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    QUEUE_POSITION_FIELD_NUMBER: _ClassVar[int]
    accepted: PostAccepted
    partial: _agent_service_pb2.PartialReply
    progress: _agent_service_pb2.Progress
    reset: _agent_service_pb2.Reset
    entry: _history_pb2.HistoryEntry
    owner: _conversation_pb2.Owner
    end: PostEnd
    queue_position: int
    def __init__(self, accepted: _Optional[_Union[PostAccepted, _Mapping]] = ..., partial: _Optional[_Union[_agent_service_pb2.PartialReply, _Mapping]] = ..., progress: _Optional[_Union[_agent_service_pb2.Progress, _Mapping]] = ..., reset: _Optional[_Union[_agent_service_pb2.Reset, _Mapping]] = ..., entry: _Optional[_Union[_history_pb2.HistoryEntry, _Mapping]] = ..., owner: _Optional[_Union[_conversation_pb2.Owner, _Mapping]] = ..., end: _Optional[_Union[PostEnd, str]] = ..., queue_position: _Optional[int] = ...) -> None: ...

class PostAccepted(_message.Message):
    __slots__ = ("conversation_id", "message_id", "sequence", "repeated_message", "trace_id", "contact_id", "closed_conversation_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REPEATED_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CLOSED_CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    message_id: str
    sequence: int
    repeated_message: bool
    trace_id: str
    contact_id: str
    closed_conversation_id: str
    def __init__(self, conversation_id: _Optional[str] = ..., message_id: _Optional[str] = ..., sequence: _Optional[int] = ..., repeated_message: _Optional[bool] = ..., trace_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., closed_conversation_id: _Optional[str] = ...) -> None: ...

class GetConversationRequest(_message.Message):
    __slots__ = ("conversation_id",)
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    def __init__(self, conversation_id: _Optional[str] = ...) -> None: ...

class GetConversationResponse(_message.Message):
    __slots__ = ("conversation", "queue_position")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    QUEUE_POSITION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    queue_position: int
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ..., queue_position: _Optional[int] = ...) -> None: ...

class ListConversationsRequest(_message.Message):
    __slots__ = ("account_id", "status", "owner", "channel", "contact_id", "tag", "page_size", "page_token", "closed")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    status: _conversation_pb2.ConversationStatus
    owner: str
    channel: str
    contact_id: str
    tag: str
    page_size: int
    page_token: str
    closed: bool
    def __init__(self, account_id: _Optional[str] = ..., status: _Optional[_Union[_conversation_pb2.ConversationStatus, str]] = ..., owner: _Optional[str] = ..., channel: _Optional[str] = ..., contact_id: _Optional[str] = ..., tag: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., closed: _Optional[bool] = ...) -> None: ...

class ListConversationsResponse(_message.Message):
    __slots__ = ("conversations", "next_page_token")
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    conversations: _containers.RepeatedCompositeFieldContainer[_conversation_pb2.Conversation]
    next_page_token: str
    def __init__(self, conversations: _Optional[_Iterable[_Union[_conversation_pb2.Conversation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetHistoryRequest(_message.Message):
    __slots__ = ("conversation_id", "after_sequence", "limit", "include_previous")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    after_sequence: int
    limit: int
    include_previous: bool
    def __init__(self, conversation_id: _Optional[str] = ..., after_sequence: _Optional[int] = ..., limit: _Optional[int] = ..., include_previous: _Optional[bool] = ...) -> None: ...

class GetHistoryResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[_history_pb2.HistoryEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[_history_pb2.HistoryEntry, _Mapping]]] = ...) -> None: ...

class WatchConversationsRequest(_message.Message):
    __slots__ = ("conversation_id", "after_position", "only_new")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_POSITION_FIELD_NUMBER: _ClassVar[int]
    ONLY_NEW_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    after_position: str
    only_new: bool
    def __init__(self, conversation_id: _Optional[str] = ..., after_position: _Optional[str] = ..., only_new: _Optional[bool] = ...) -> None: ...

class WatchConversationsResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _conversation_pb2.ConversationEvent
    def __init__(self, event: _Optional[_Union[_conversation_pb2.ConversationEvent, _Mapping]] = ...) -> None: ...

class TransferConversationRequest(_message.Message):
    __slots__ = ("conversation_id", "target", "epoch", "transfer_id", "initiator", "intent_id", "user_message", "context", "handoff_message", "reason", "mode", "fallback")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    INITIATOR_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    HANDOFF_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    target: _conversation_pb2.Owner
    epoch: int
    transfer_id: str
    initiator: _transfer_pb2.TransferInitiator
    intent_id: str
    user_message: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    context: _struct_pb2.Struct
    handoff_message: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    reason: str
    mode: _transfer_pb2.ConversationMode
    fallback: _conversation_pb2.Owner
    def __init__(self, conversation_id: _Optional[str] = ..., target: _Optional[_Union[_conversation_pb2.Owner, _Mapping]] = ..., epoch: _Optional[int] = ..., transfer_id: _Optional[str] = ..., initiator: _Optional[_Union[_transfer_pb2.TransferInitiator, str]] = ..., intent_id: _Optional[str] = ..., user_message: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., handoff_message: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., reason: _Optional[str] = ..., mode: _Optional[_Union[_transfer_pb2.ConversationMode, str]] = ..., fallback: _Optional[_Union[_conversation_pb2.Owner, _Mapping]] = ...) -> None: ...

class TransferConversationResponse(_message.Message):
    __slots__ = ("transfer_id", "transferred", "owner", "epoch", "failure", "reason", "desk", "queue_position")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSFERRED_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DESK_FIELD_NUMBER: _ClassVar[int]
    QUEUE_POSITION_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    transferred: bool
    owner: _conversation_pb2.Owner
    epoch: int
    failure: _conversation_pb2.TransferFailure
    reason: str
    desk: DeskOutcome
    queue_position: int
    def __init__(self, transfer_id: _Optional[str] = ..., transferred: _Optional[bool] = ..., owner: _Optional[_Union[_conversation_pb2.Owner, _Mapping]] = ..., epoch: _Optional[int] = ..., failure: _Optional[_Union[_conversation_pb2.TransferFailure, str]] = ..., reason: _Optional[str] = ..., desk: _Optional[_Union[DeskOutcome, str]] = ..., queue_position: _Optional[int] = ...) -> None: ...

class OpenConversationRequest(_message.Message):
    __slots__ = ("contact", "channel", "owner", "conversation_id", "initiator", "intent_id", "reason", "context")
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    INITIATOR_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    contact: _contact_pb2.ContactKey
    channel: str
    owner: _conversation_pb2.Owner
    conversation_id: str
    initiator: _transfer_pb2.TransferInitiator
    intent_id: str
    reason: str
    context: _struct_pb2.Struct
    def __init__(self, contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ..., channel: _Optional[str] = ..., owner: _Optional[_Union[_conversation_pb2.Owner, _Mapping]] = ..., conversation_id: _Optional[str] = ..., initiator: _Optional[_Union[_transfer_pb2.TransferInitiator, str]] = ..., intent_id: _Optional[str] = ..., reason: _Optional[str] = ..., context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class OpenConversationResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class CloseConversationRequest(_message.Message):
    __slots__ = ("conversation_id", "epoch", "agent", "person", "reason")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    epoch: int
    agent: str
    person: str
    reason: str
    def __init__(self, conversation_id: _Optional[str] = ..., epoch: _Optional[int] = ..., agent: _Optional[str] = ..., person: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CloseConversationResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class AskForPersonRequest(_message.Message):
    __slots__ = ("conversation_id", "account_id", "agent", "reason", "payload", "handoff_message", "request_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    HANDOFF_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    account_id: str
    agent: str
    reason: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    handoff_message: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    request_id: str
    def __init__(self, conversation_id: _Optional[str] = ..., account_id: _Optional[str] = ..., agent: _Optional[str] = ..., reason: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., handoff_message: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., request_id: _Optional[str] = ...) -> None: ...

class AskForPersonResponse(_message.Message):
    __slots__ = ("conversation", "desk", "queue_position")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    DESK_FIELD_NUMBER: _ClassVar[int]
    QUEUE_POSITION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    desk: DeskOutcome
    queue_position: int
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ..., desk: _Optional[_Union[DeskOutcome, str]] = ..., queue_position: _Optional[int] = ...) -> None: ...

class SetStatusRequest(_message.Message):
    __slots__ = ("conversation_id", "contact", "status", "until", "reason")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    contact: _contact_pb2.ContactKey
    status: _conversation_pb2.ConversationStatus
    until: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, conversation_id: _Optional[str] = ..., contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ..., status: _Optional[_Union[_conversation_pb2.ConversationStatus, str]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class SetStatusResponse(_message.Message):
    __slots__ = ("conversations", "contact")
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversations: _containers.RepeatedCompositeFieldContainer[_conversation_pb2.Conversation]
    contact: _contact_pb2.Contact
    def __init__(self, conversations: _Optional[_Iterable[_Union[_conversation_pb2.Conversation, _Mapping]]] = ..., contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...

class SetModeRequest(_message.Message):
    __slots__ = ("conversation_id", "mode", "contact")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    mode: _transfer_pb2.ConversationMode
    contact: _contact_pb2.ContactKey
    def __init__(self, conversation_id: _Optional[str] = ..., mode: _Optional[_Union[_transfer_pb2.ConversationMode, str]] = ..., contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ...) -> None: ...

class SetModeResponse(_message.Message):
    __slots__ = ("conversation", "contact")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    contact: _contact_pb2.Contact
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ..., contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...

class ApproveRequest(_message.Message):
    __slots__ = ("conversation_id", "turn_id", "person", "payload")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    turn_id: str
    person: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    def __init__(self, conversation_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., person: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ...) -> None: ...

class ApproveResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class RejectRequest(_message.Message):
    __slots__ = ("conversation_id", "turn_id", "person", "reason")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    turn_id: str
    person: str
    reason: str
    def __init__(self, conversation_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., person: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RejectResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class ClaimRequest(_message.Message):
    __slots__ = ("conversation_id", "person")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    person: str
    def __init__(self, conversation_id: _Optional[str] = ..., person: _Optional[str] = ...) -> None: ...

class ClaimResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class ReplyRequest(_message.Message):
    __slots__ = ("conversation_id", "person", "payload", "message_id", "note")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    person: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    message_id: str
    note: bool
    def __init__(self, conversation_id: _Optional[str] = ..., person: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., message_id: _Optional[str] = ..., note: _Optional[bool] = ...) -> None: ...

class ReplyResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class HandBackRequest(_message.Message):
    __slots__ = ("conversation_id", "person", "agent", "handoff_message")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    HANDOFF_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    person: str
    agent: str
    handoff_message: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    def __init__(self, conversation_id: _Optional[str] = ..., person: _Optional[str] = ..., agent: _Optional[str] = ..., handoff_message: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ...) -> None: ...

class HandBackResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class SetTagsRequest(_message.Message):
    __slots__ = ("conversation_id", "add", "remove", "contact")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ADD_FIELD_NUMBER: _ClassVar[int]
    REMOVE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    add: _containers.RepeatedScalarFieldContainer[str]
    remove: _containers.RepeatedScalarFieldContainer[str]
    contact: _contact_pb2.ContactKey
    def __init__(self, conversation_id: _Optional[str] = ..., add: _Optional[_Iterable[str]] = ..., remove: _Optional[_Iterable[str]] = ..., contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ...) -> None: ...

class SetTagsResponse(_message.Message):
    __slots__ = ("conversation", "contact")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    contact: _contact_pb2.Contact
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ..., contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...

class SetFieldsRequest(_message.Message):
    __slots__ = ("conversation_id", "values", "contact")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    values: _struct_pb2.Struct
    contact: _contact_pb2.ContactKey
    def __init__(self, conversation_id: _Optional[str] = ..., values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ...) -> None: ...

class SetFieldsResponse(_message.Message):
    __slots__ = ("conversation", "contact")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    contact: _contact_pb2.Contact
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ..., contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...

class SubmitFormRequest(_message.Message):
    __slots__ = ("conversation_id", "form", "values", "submission_id", "contact")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    form: str
    values: _struct_pb2.Struct
    submission_id: str
    contact: _contact_pb2.ContactKey
    def __init__(self, conversation_id: _Optional[str] = ..., form: _Optional[str] = ..., values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., submission_id: _Optional[str] = ..., contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ...) -> None: ...

class SubmitFormResponse(_message.Message):
    __slots__ = ("conversation", "contact")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    contact: _contact_pb2.Contact
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ..., contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...

class FireActionRequest(_message.Message):
    __slots__ = ("conversation_id", "action", "agent", "values", "contact")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    action: str
    agent: str
    values: _struct_pb2.Struct
    contact: _contact_pb2.ContactKey
    def __init__(self, conversation_id: _Optional[str] = ..., action: _Optional[str] = ..., agent: _Optional[str] = ..., values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., contact: _Optional[_Union[_contact_pb2.ContactKey, _Mapping]] = ...) -> None: ...

class FireActionResponse(_message.Message):
    __slots__ = ("conversation", "fired", "contact")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    FIRED_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    fired: _containers.RepeatedScalarFieldContainer[str]
    contact: _contact_pb2.Contact
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ..., fired: _Optional[_Iterable[str]] = ..., contact: _Optional[_Union[_contact_pb2.Contact, _Mapping]] = ...) -> None: ...

class AddMemberRequest(_message.Message):
    __slots__ = ("conversation_id", "member")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    member: _conversation_pb2.Member
    def __init__(self, conversation_id: _Optional[str] = ..., member: _Optional[_Union[_conversation_pb2.Member, _Mapping]] = ...) -> None: ...

class AddMemberResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class RemoveMemberRequest(_message.Message):
    __slots__ = ("conversation_id", "agent")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    agent: str
    def __init__(self, conversation_id: _Optional[str] = ..., agent: _Optional[str] = ...) -> None: ...

class RemoveMemberResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class SayRequest(_message.Message):
    __slots__ = ("conversation_id", "agent", "payload", "message_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    agent: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    message_id: str
    def __init__(self, conversation_id: _Optional[str] = ..., agent: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., message_id: _Optional[str] = ...) -> None: ...

class SayResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class RecordOutcomeRequest(_message.Message):
    __slots__ = ("conversation_id", "outcome")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    outcome: _conversation_pb2.Outcome
    def __init__(self, conversation_id: _Optional[str] = ..., outcome: _Optional[_Union[_conversation_pb2.Outcome, _Mapping]] = ...) -> None: ...

class RecordOutcomeResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _conversation_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ...) -> None: ...

class ContextScope(_message.Message):
    __slots__ = ("namespace", "conversation_id", "contact_id", "account_id")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    namespace: ContextNamespace
    conversation_id: str
    contact_id: str
    account_id: str
    def __init__(self, namespace: _Optional[_Union[ContextNamespace, str]] = ..., conversation_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., account_id: _Optional[str] = ...) -> None: ...

class GetContextRequest(_message.Message):
    __slots__ = ("scope", "names")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    scope: ContextScope
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, scope: _Optional[_Union[ContextScope, _Mapping]] = ..., names: _Optional[_Iterable[str]] = ...) -> None: ...

class GetContextResponse(_message.Message):
    __slots__ = ("values", "expires_at")
    class ExpiresAtEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _timestamp_pb2.Timestamp
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    VALUES_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    values: _struct_pb2.Struct
    expires_at: _containers.MessageMap[str, _timestamp_pb2.Timestamp]
    def __init__(self, values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., expires_at: _Optional[_Mapping[str, _timestamp_pb2.Timestamp]] = ...) -> None: ...

class SetContextRequest(_message.Message):
    __slots__ = ("scope", "values", "ttl")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    scope: ContextScope
    values: _struct_pb2.Struct
    ttl: _duration_pb2.Duration
    def __init__(self, scope: _Optional[_Union[ContextScope, _Mapping]] = ..., values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class SetContextResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DeleteContextRequest(_message.Message):
    __slots__ = ("scope", "names")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    scope: ContextScope
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, scope: _Optional[_Union[ContextScope, _Mapping]] = ..., names: _Optional[_Iterable[str]] = ...) -> None: ...

class DeleteContextResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetPrimaryRequest(_message.Message):
    __slots__ = ("account_id", "agent", "channels")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    agent: str
    channels: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, account_id: _Optional[str] = ..., agent: _Optional[str] = ..., channels: _Optional[_Iterable[str]] = ...) -> None: ...

class SetPrimaryResponse(_message.Message):
    __slots__ = ("previous",)
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    previous: str
    def __init__(self, previous: _Optional[str] = ...) -> None: ...

class SetDutyRequest(_message.Message):
    __slots__ = ("account_id", "person", "on_duty")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    ON_DUTY_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    person: str
    on_duty: bool
    def __init__(self, account_id: _Optional[str] = ..., person: _Optional[str] = ..., on_duty: _Optional[bool] = ...) -> None: ...

class SetDutyResponse(_message.Message):
    __slots__ = ("on_duty",)
    ON_DUTY_FIELD_NUMBER: _ClassVar[int]
    on_duty: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, on_duty: _Optional[_Iterable[str]] = ...) -> None: ...

class GetAccountRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetAccountResponse(_message.Message):
    __slots__ = ("primary", "channels", "on_duty", "people", "triggers", "queued")
    PRIMARY_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    ON_DUTY_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    TRIGGERS_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    primary: str
    channels: _containers.RepeatedScalarFieldContainer[str]
    on_duty: _containers.RepeatedScalarFieldContainer[str]
    people: _containers.RepeatedScalarFieldContainer[str]
    triggers: _containers.RepeatedCompositeFieldContainer[TriggerSummary]
    queued: int
    def __init__(self, primary: _Optional[str] = ..., channels: _Optional[_Iterable[str]] = ..., on_duty: _Optional[_Iterable[str]] = ..., people: _Optional[_Iterable[str]] = ..., triggers: _Optional[_Iterable[_Union[TriggerSummary, _Mapping]]] = ..., queued: _Optional[int] = ...) -> None: ...

class TriggerSummary(_message.Message):
    __slots__ = ("name", "when", "then")
    NAME_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    THEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    when: str
    then: str
    def __init__(self, name: _Optional[str] = ..., when: _Optional[str] = ..., then: _Optional[str] = ...) -> None: ...

class GetStatisticsRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetStatisticsResponse(_message.Message):
    __slots__ = ("conversations", "messages", "escalated", "agents", "transfers", "failed_transfers", "resolved", "booked", "satisfaction", "closed", "opened_by_mesh", "alerts")
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    ESCALATED_FIELD_NUMBER: _ClassVar[int]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    FAILED_TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_FIELD_NUMBER: _ClassVar[int]
    BOOKED_FIELD_NUMBER: _ClassVar[int]
    SATISFACTION_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    OPENED_BY_MESH_FIELD_NUMBER: _ClassVar[int]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    conversations: int
    messages: int
    escalated: int
    agents: _containers.RepeatedCompositeFieldContainer[AgentStatistics]
    transfers: int
    failed_transfers: int
    resolved: int
    booked: int
    satisfaction: float
    closed: int
    opened_by_mesh: int
    alerts: int
    def __init__(self, conversations: _Optional[int] = ..., messages: _Optional[int] = ..., escalated: _Optional[int] = ..., agents: _Optional[_Iterable[_Union[AgentStatistics, _Mapping]]] = ..., transfers: _Optional[int] = ..., failed_transfers: _Optional[int] = ..., resolved: _Optional[int] = ..., booked: _Optional[int] = ..., satisfaction: _Optional[float] = ..., closed: _Optional[int] = ..., opened_by_mesh: _Optional[int] = ..., alerts: _Optional[int] = ...) -> None: ...

class AgentStatistics(_message.Message):
    __slots__ = ("agent", "conversations", "turns", "answered", "failed", "transfers_in", "transfers_out", "escalations", "declined_offers", "median_answer", "p95_answer", "response_rate", "transfer_rate", "resolved", "unresolved", "booked", "satisfaction", "ratings", "not_mine")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    TURNS_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_IN_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_OUT_FIELD_NUMBER: _ClassVar[int]
    ESCALATIONS_FIELD_NUMBER: _ClassVar[int]
    DECLINED_OFFERS_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_ANSWER_FIELD_NUMBER: _ClassVar[int]
    P95_ANSWER_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_RATE_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_RATE_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_FIELD_NUMBER: _ClassVar[int]
    UNRESOLVED_FIELD_NUMBER: _ClassVar[int]
    BOOKED_FIELD_NUMBER: _ClassVar[int]
    SATISFACTION_FIELD_NUMBER: _ClassVar[int]
    RATINGS_FIELD_NUMBER: _ClassVar[int]
    NOT_MINE_FIELD_NUMBER: _ClassVar[int]
    agent: str
    conversations: int
    turns: int
    answered: int
    failed: int
    transfers_in: int
    transfers_out: int
    escalations: int
    declined_offers: int
    median_answer: _duration_pb2.Duration
    p95_answer: _duration_pb2.Duration
    response_rate: float
    transfer_rate: float
    resolved: int
    unresolved: int
    booked: int
    satisfaction: float
    ratings: int
    not_mine: int
    def __init__(self, agent: _Optional[str] = ..., conversations: _Optional[int] = ..., turns: _Optional[int] = ..., answered: _Optional[int] = ..., failed: _Optional[int] = ..., transfers_in: _Optional[int] = ..., transfers_out: _Optional[int] = ..., escalations: _Optional[int] = ..., declined_offers: _Optional[int] = ..., median_answer: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., p95_answer: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., response_rate: _Optional[float] = ..., transfer_rate: _Optional[float] = ..., resolved: _Optional[int] = ..., unresolved: _Optional[int] = ..., booked: _Optional[int] = ..., satisfaction: _Optional[float] = ..., ratings: _Optional[int] = ..., not_mine: _Optional[int] = ...) -> None: ...
