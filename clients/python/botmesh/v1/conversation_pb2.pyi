import datetime

from botmesh.v1 import part_pb2 as _part_pb2
from botmesh.v1 import transfer_pb2 as _transfer_pb2
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

class ConversationStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONVERSATION_STATUS_UNSPECIFIED: _ClassVar[ConversationStatus]
    CONVERSATION_STATUS_ACTIVE: _ClassVar[ConversationStatus]
    CONVERSATION_STATUS_PAUSED: _ClassVar[ConversationStatus]
    CONVERSATION_STATUS_STOPPED: _ClassVar[ConversationStatus]

class CloseCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CLOSE_CAUSE_UNSPECIFIED: _ClassVar[CloseCause]
    CLOSE_CAUSE_OUTCOME: _ClassVar[CloseCause]
    CLOSE_CAUSE_PERSON: _ClassVar[CloseCause]
    CLOSE_CAUSE_AGENT: _ClassVar[CloseCause]
    CLOSE_CAUSE_IDLE: _ClassVar[CloseCause]

class TurnOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TURN_OUTCOME_UNSPECIFIED: _ClassVar[TurnOutcome]
    TURN_OUTCOME_ANSWERED: _ClassVar[TurnOutcome]
    TURN_OUTCOME_TRANSFERRED: _ClassVar[TurnOutcome]
    TURN_OUTCOME_NOT_MINE: _ClassVar[TurnOutcome]
    TURN_OUTCOME_FAILED: _ClassVar[TurnOutcome]
    TURN_OUTCOME_OVERTAKEN: _ClassVar[TurnOutcome]

class TransferFailure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSFER_FAILURE_UNSPECIFIED: _ClassVar[TransferFailure]
    TRANSFER_FAILURE_DECLINED: _ClassVar[TransferFailure]
    TRANSFER_FAILURE_EXPIRED: _ClassVar[TransferFailure]
    TRANSFER_FAILURE_UNAVAILABLE: _ClassVar[TransferFailure]
CONVERSATION_STATUS_UNSPECIFIED: ConversationStatus
CONVERSATION_STATUS_ACTIVE: ConversationStatus
CONVERSATION_STATUS_PAUSED: ConversationStatus
CONVERSATION_STATUS_STOPPED: ConversationStatus
CLOSE_CAUSE_UNSPECIFIED: CloseCause
CLOSE_CAUSE_OUTCOME: CloseCause
CLOSE_CAUSE_PERSON: CloseCause
CLOSE_CAUSE_AGENT: CloseCause
CLOSE_CAUSE_IDLE: CloseCause
TURN_OUTCOME_UNSPECIFIED: TurnOutcome
TURN_OUTCOME_ANSWERED: TurnOutcome
TURN_OUTCOME_TRANSFERRED: TurnOutcome
TURN_OUTCOME_NOT_MINE: TurnOutcome
TURN_OUTCOME_FAILED: TurnOutcome
TURN_OUTCOME_OVERTAKEN: TurnOutcome
TRANSFER_FAILURE_UNSPECIFIED: TransferFailure
TRANSFER_FAILURE_DECLINED: TransferFailure
TRANSFER_FAILURE_EXPIRED: TransferFailure
TRANSFER_FAILURE_UNAVAILABLE: TransferFailure

class Address(_message.Message):
    __slots__ = ("channel", "text")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    channel: str
    text: str
    def __init__(self, channel: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class OpenConversation(_message.Message):
    __slots__ = ("conversation_id", "channel")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    channel: str
    def __init__(self, conversation_id: _Optional[str] = ..., channel: _Optional[str] = ...) -> None: ...

class ContactValues(_message.Message):
    __slots__ = ("status", "paused_until", "mode", "tags", "fields", "language", "assigned_agent")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PAUSED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_AGENT_FIELD_NUMBER: _ClassVar[int]
    status: ConversationStatus
    paused_until: _timestamp_pb2.Timestamp
    mode: _transfer_pb2.ConversationMode
    tags: _containers.RepeatedScalarFieldContainer[str]
    fields: _struct_pb2.Struct
    language: str
    assigned_agent: str
    def __init__(self, status: _Optional[_Union[ConversationStatus, str]] = ..., paused_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., mode: _Optional[_Union[_transfer_pb2.ConversationMode, str]] = ..., tags: _Optional[_Iterable[str]] = ..., fields: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., language: _Optional[str] = ..., assigned_agent: _Optional[str] = ...) -> None: ...

class Owner(_message.Message):
    __slots__ = ("agent", "desk")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    DESK_FIELD_NUMBER: _ClassVar[int]
    agent: str
    desk: str
    def __init__(self, agent: _Optional[str] = ..., desk: _Optional[str] = ...) -> None: ...

class Conversation(_message.Message):
    __slots__ = ("conversation_id", "account_id", "channel", "contact_id", "owner", "epoch", "status", "paused_until", "mode", "sequence", "opened_at", "updated_at", "context", "tags", "transfer", "turn_id", "unanswered", "suggestion", "queued_at", "fields", "outcome", "members", "asked", "returns_to", "closed_at", "close_cause", "language", "own_status", "own_mode", "contact_sequence", "previous_conversation_id", "alert_from", "desk_reason")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PAUSED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    UNANSWERED_FIELD_NUMBER: _ClassVar[int]
    SUGGESTION_FIELD_NUMBER: _ClassVar[int]
    QUEUED_AT_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    ASKED_FIELD_NUMBER: _ClassVar[int]
    RETURNS_TO_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSE_CAUSE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    OWN_STATUS_FIELD_NUMBER: _ClassVar[int]
    OWN_MODE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ALERT_FROM_FIELD_NUMBER: _ClassVar[int]
    DESK_REASON_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    account_id: str
    channel: str
    contact_id: str
    owner: Owner
    epoch: int
    status: ConversationStatus
    paused_until: _timestamp_pb2.Timestamp
    mode: _transfer_pb2.ConversationMode
    sequence: int
    opened_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    context: _struct_pb2.Struct
    tags: _containers.RepeatedScalarFieldContainer[str]
    transfer: OpenTransfer
    turn_id: str
    unanswered: int
    suggestion: ReplySuggested
    queued_at: _timestamp_pb2.Timestamp
    fields: _struct_pb2.Struct
    outcome: Outcome
    members: _containers.RepeatedCompositeFieldContainer[Member]
    asked: _containers.RepeatedCompositeFieldContainer[MemberAsked]
    returns_to: str
    closed_at: _timestamp_pb2.Timestamp
    close_cause: CloseCause
    language: str
    own_status: bool
    own_mode: bool
    contact_sequence: int
    previous_conversation_id: str
    alert_from: str
    desk_reason: str
    def __init__(self, conversation_id: _Optional[str] = ..., account_id: _Optional[str] = ..., channel: _Optional[str] = ..., contact_id: _Optional[str] = ..., owner: _Optional[_Union[Owner, _Mapping]] = ..., epoch: _Optional[int] = ..., status: _Optional[_Union[ConversationStatus, str]] = ..., paused_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., mode: _Optional[_Union[_transfer_pb2.ConversationMode, str]] = ..., sequence: _Optional[int] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., tags: _Optional[_Iterable[str]] = ..., transfer: _Optional[_Union[OpenTransfer, _Mapping]] = ..., turn_id: _Optional[str] = ..., unanswered: _Optional[int] = ..., suggestion: _Optional[_Union[ReplySuggested, _Mapping]] = ..., queued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fields: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., outcome: _Optional[_Union[Outcome, _Mapping]] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., asked: _Optional[_Iterable[_Union[MemberAsked, _Mapping]]] = ..., returns_to: _Optional[str] = ..., closed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_cause: _Optional[_Union[CloseCause, str]] = ..., language: _Optional[str] = ..., own_status: _Optional[bool] = ..., own_mode: _Optional[bool] = ..., contact_sequence: _Optional[int] = ..., previous_conversation_id: _Optional[str] = ..., alert_from: _Optional[str] = ..., desk_reason: _Optional[str] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("agent", "keywords", "schedules", "time_zone", "actions", "always", "priority", "scheduled_since")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    KEYWORDS_FIELD_NUMBER: _ClassVar[int]
    SCHEDULES_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    ALWAYS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    SCHEDULED_SINCE_FIELD_NUMBER: _ClassVar[int]
    agent: str
    keywords: _containers.RepeatedScalarFieldContainer[str]
    schedules: _containers.RepeatedScalarFieldContainer[str]
    time_zone: str
    actions: _containers.RepeatedScalarFieldContainer[str]
    always: bool
    priority: int
    scheduled_since: _timestamp_pb2.Timestamp
    def __init__(self, agent: _Optional[str] = ..., keywords: _Optional[_Iterable[str]] = ..., schedules: _Optional[_Iterable[str]] = ..., time_zone: _Optional[str] = ..., actions: _Optional[_Iterable[str]] = ..., always: _Optional[bool] = ..., priority: _Optional[int] = ..., scheduled_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Outcome(_message.Message):
    __slots__ = ("resolved", "booked", "satisfaction")
    RESOLVED_FIELD_NUMBER: _ClassVar[int]
    BOOKED_FIELD_NUMBER: _ClassVar[int]
    SATISFACTION_FIELD_NUMBER: _ClassVar[int]
    resolved: bool
    booked: bool
    satisfaction: int
    def __init__(self, resolved: _Optional[bool] = ..., booked: _Optional[bool] = ..., satisfaction: _Optional[int] = ...) -> None: ...

class OpenTransfer(_message.Message):
    __slots__ = ("transfer_id", "target", "expires_at")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    target: Owner
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, transfer_id: _Optional[str] = ..., target: _Optional[_Union[Owner, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConversationEvent(_message.Message):
    __slots__ = ("position", "sequence", "conversation_id", "time", "trace_id", "contact_sequence", "acting_conversation_id", "for_contact", "opened", "message_posted", "turn_started", "turn_finished", "late_reply", "transfer_requested", "offer_answered", "owner_changed", "transfer_failed", "status_changed", "mode_changed", "desk_claimed", "desk_released", "person_replied", "tags_changed", "context_changed", "reply_suggested", "suggestion_dropped", "fields_changed", "form_submitted", "action_fired", "outcome_recorded", "silence_noticed", "owner_away", "trigger_fired", "primary_changed", "duty_changed", "member_added", "member_removed", "member_asked", "member_answered", "agent_said", "closed", "close_requested", "contact_replaced", "language_changed", "agent_assigned", "contact_created", "address_linked", "address_unlinked", "conversation_begun", "conversation_ended", "contact_merged_into", "contact_merged", "contact_told", "transfer_deferred")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ACTING_CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    FOR_CONTACT_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_POSTED_FIELD_NUMBER: _ClassVar[int]
    TURN_STARTED_FIELD_NUMBER: _ClassVar[int]
    TURN_FINISHED_FIELD_NUMBER: _ClassVar[int]
    LATE_REPLY_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    OFFER_ANSWERED_FIELD_NUMBER: _ClassVar[int]
    OWNER_CHANGED_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FAILED_FIELD_NUMBER: _ClassVar[int]
    STATUS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    MODE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    DESK_CLAIMED_FIELD_NUMBER: _ClassVar[int]
    DESK_RELEASED_FIELD_NUMBER: _ClassVar[int]
    PERSON_REPLIED_FIELD_NUMBER: _ClassVar[int]
    TAGS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_CHANGED_FIELD_NUMBER: _ClassVar[int]
    REPLY_SUGGESTED_FIELD_NUMBER: _ClassVar[int]
    SUGGESTION_DROPPED_FIELD_NUMBER: _ClassVar[int]
    FIELDS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    FORM_SUBMITTED_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIRED_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_RECORDED_FIELD_NUMBER: _ClassVar[int]
    SILENCE_NOTICED_FIELD_NUMBER: _ClassVar[int]
    OWNER_AWAY_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIRED_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_CHANGED_FIELD_NUMBER: _ClassVar[int]
    DUTY_CHANGED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ADDED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_REMOVED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ASKED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ANSWERED_FIELD_NUMBER: _ClassVar[int]
    AGENT_SAID_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    CLOSE_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    CONTACT_REPLACED_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    AGENT_ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    CONTACT_CREATED_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_LINKED_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_UNLINKED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_BEGUN_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ENDED_FIELD_NUMBER: _ClassVar[int]
    CONTACT_MERGED_INTO_FIELD_NUMBER: _ClassVar[int]
    CONTACT_MERGED_FIELD_NUMBER: _ClassVar[int]
    CONTACT_TOLD_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_DEFERRED_FIELD_NUMBER: _ClassVar[int]
    position: str
    sequence: int
    conversation_id: str
    time: _timestamp_pb2.Timestamp
    trace_id: str
    contact_sequence: int
    acting_conversation_id: str
    for_contact: bool
    opened: ConversationOpened
    message_posted: MessagePosted
    turn_started: TurnStarted
    turn_finished: TurnFinished
    late_reply: LateReply
    transfer_requested: TransferRequested
    offer_answered: OfferAnswered
    owner_changed: OwnerChanged
    transfer_failed: TransferFailed
    status_changed: StatusChanged
    mode_changed: ModeChanged
    desk_claimed: DeskClaimed
    desk_released: DeskReleased
    person_replied: PersonReplied
    tags_changed: TagsChanged
    context_changed: ContextChanged
    reply_suggested: ReplySuggested
    suggestion_dropped: SuggestionDropped
    fields_changed: FieldsChanged
    form_submitted: FormSubmitted
    action_fired: ActionFired
    outcome_recorded: OutcomeRecorded
    silence_noticed: SilenceNoticed
    owner_away: OwnerAway
    trigger_fired: TriggerFired
    primary_changed: PrimaryChanged
    duty_changed: DutyChanged
    member_added: MemberAdded
    member_removed: MemberRemoved
    member_asked: MemberAsked
    member_answered: MemberAnswered
    agent_said: AgentSaid
    closed: ConversationClosed
    close_requested: CloseRequested
    contact_replaced: ContactReplaced
    language_changed: LanguageChanged
    agent_assigned: AgentAssigned
    contact_created: ContactCreated
    address_linked: AddressLinked
    address_unlinked: AddressUnlinked
    conversation_begun: ConversationBegun
    conversation_ended: ConversationEnded
    contact_merged_into: ContactMergedInto
    contact_merged: ContactMerged
    contact_told: ContactTold
    transfer_deferred: TransferDeferred
    def __init__(self, position: _Optional[str] = ..., sequence: _Optional[int] = ..., conversation_id: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., trace_id: _Optional[str] = ..., contact_sequence: _Optional[int] = ..., acting_conversation_id: _Optional[str] = ..., for_contact: _Optional[bool] = ..., opened: _Optional[_Union[ConversationOpened, _Mapping]] = ..., message_posted: _Optional[_Union[MessagePosted, _Mapping]] = ..., turn_started: _Optional[_Union[TurnStarted, _Mapping]] = ..., turn_finished: _Optional[_Union[TurnFinished, _Mapping]] = ..., late_reply: _Optional[_Union[LateReply, _Mapping]] = ..., transfer_requested: _Optional[_Union[TransferRequested, _Mapping]] = ..., offer_answered: _Optional[_Union[OfferAnswered, _Mapping]] = ..., owner_changed: _Optional[_Union[OwnerChanged, _Mapping]] = ..., transfer_failed: _Optional[_Union[TransferFailed, _Mapping]] = ..., status_changed: _Optional[_Union[StatusChanged, _Mapping]] = ..., mode_changed: _Optional[_Union[ModeChanged, _Mapping]] = ..., desk_claimed: _Optional[_Union[DeskClaimed, _Mapping]] = ..., desk_released: _Optional[_Union[DeskReleased, _Mapping]] = ..., person_replied: _Optional[_Union[PersonReplied, _Mapping]] = ..., tags_changed: _Optional[_Union[TagsChanged, _Mapping]] = ..., context_changed: _Optional[_Union[ContextChanged, _Mapping]] = ..., reply_suggested: _Optional[_Union[ReplySuggested, _Mapping]] = ..., suggestion_dropped: _Optional[_Union[SuggestionDropped, _Mapping]] = ..., fields_changed: _Optional[_Union[FieldsChanged, _Mapping]] = ..., form_submitted: _Optional[_Union[FormSubmitted, _Mapping]] = ..., action_fired: _Optional[_Union[ActionFired, _Mapping]] = ..., outcome_recorded: _Optional[_Union[OutcomeRecorded, _Mapping]] = ..., silence_noticed: _Optional[_Union[SilenceNoticed, _Mapping]] = ..., owner_away: _Optional[_Union[OwnerAway, _Mapping]] = ..., trigger_fired: _Optional[_Union[TriggerFired, _Mapping]] = ..., primary_changed: _Optional[_Union[PrimaryChanged, _Mapping]] = ..., duty_changed: _Optional[_Union[DutyChanged, _Mapping]] = ..., member_added: _Optional[_Union[MemberAdded, _Mapping]] = ..., member_removed: _Optional[_Union[MemberRemoved, _Mapping]] = ..., member_asked: _Optional[_Union[MemberAsked, _Mapping]] = ..., member_answered: _Optional[_Union[MemberAnswered, _Mapping]] = ..., agent_said: _Optional[_Union[AgentSaid, _Mapping]] = ..., closed: _Optional[_Union[ConversationClosed, _Mapping]] = ..., close_requested: _Optional[_Union[CloseRequested, _Mapping]] = ..., contact_replaced: _Optional[_Union[ContactReplaced, _Mapping]] = ..., language_changed: _Optional[_Union[LanguageChanged, _Mapping]] = ..., agent_assigned: _Optional[_Union[AgentAssigned, _Mapping]] = ..., contact_created: _Optional[_Union[ContactCreated, _Mapping]] = ..., address_linked: _Optional[_Union[AddressLinked, _Mapping]] = ..., address_unlinked: _Optional[_Union[AddressUnlinked, _Mapping]] = ..., conversation_begun: _Optional[_Union[ConversationBegun, _Mapping]] = ..., conversation_ended: _Optional[_Union[ConversationEnded, _Mapping]] = ..., contact_merged_into: _Optional[_Union[ContactMergedInto, _Mapping]] = ..., contact_merged: _Optional[_Union[ContactMerged, _Mapping]] = ..., contact_told: _Optional[_Union[ContactTold, _Mapping]] = ..., transfer_deferred: _Optional[_Union[TransferDeferred, _Mapping]] = ...) -> None: ...

class ConversationOpened(_message.Message):
    __slots__ = ("account_id", "channel", "contact_id", "owner", "mode", "values", "contact_sequence", "previous_conversation_id", "opening", "alert_from")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    CONTACT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    OPENING_FIELD_NUMBER: _ClassVar[int]
    ALERT_FROM_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    channel: str
    contact_id: str
    owner: Owner
    mode: _transfer_pb2.ConversationMode
    values: ContactValues
    contact_sequence: int
    previous_conversation_id: str
    opening: ConversationOpening
    alert_from: str
    def __init__(self, account_id: _Optional[str] = ..., channel: _Optional[str] = ..., contact_id: _Optional[str] = ..., owner: _Optional[_Union[Owner, _Mapping]] = ..., mode: _Optional[_Union[_transfer_pb2.ConversationMode, str]] = ..., values: _Optional[_Union[ContactValues, _Mapping]] = ..., contact_sequence: _Optional[int] = ..., previous_conversation_id: _Optional[str] = ..., opening: _Optional[_Union[ConversationOpening, _Mapping]] = ..., alert_from: _Optional[str] = ...) -> None: ...

class ConversationOpening(_message.Message):
    __slots__ = ("initiator", "trigger", "intent_id", "reason", "context")
    INITIATOR_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    initiator: _transfer_pb2.TransferInitiator
    trigger: str
    intent_id: str
    reason: str
    context: _struct_pb2.Struct
    def __init__(self, initiator: _Optional[_Union[_transfer_pb2.TransferInitiator, str]] = ..., trigger: _Optional[str] = ..., intent_id: _Optional[str] = ..., reason: _Optional[str] = ..., context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class ConversationClosed(_message.Message):
    __slots__ = ("cause", "by", "reason")
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    cause: CloseCause
    by: str
    reason: str
    def __init__(self, cause: _Optional[_Union[CloseCause, str]] = ..., by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CloseRequested(_message.Message):
    __slots__ = ("closed",)
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    closed: ConversationClosed
    def __init__(self, closed: _Optional[_Union[ConversationClosed, _Mapping]] = ...) -> None: ...

class ContactReplaced(_message.Message):
    __slots__ = ("contact_id", "values")
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    contact_id: str
    values: ContactValues
    def __init__(self, contact_id: _Optional[str] = ..., values: _Optional[_Union[ContactValues, _Mapping]] = ...) -> None: ...

class LanguageChanged(_message.Message):
    __slots__ = ("language",)
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    language: str
    def __init__(self, language: _Optional[str] = ...) -> None: ...

class AgentAssigned(_message.Message):
    __slots__ = ("agent", "initiator", "reason")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    INITIATOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    agent: str
    initiator: _transfer_pb2.TransferInitiator
    reason: str
    def __init__(self, agent: _Optional[str] = ..., initiator: _Optional[_Union[_transfer_pb2.TransferInitiator, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class ContactCreated(_message.Message):
    __slots__ = ("account_id", "contact_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    contact_id: str
    def __init__(self, account_id: _Optional[str] = ..., contact_id: _Optional[str] = ...) -> None: ...

class AddressLinked(_message.Message):
    __slots__ = ("address",)
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    address: Address
    def __init__(self, address: _Optional[_Union[Address, _Mapping]] = ...) -> None: ...

class AddressUnlinked(_message.Message):
    __slots__ = ("address",)
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    address: Address
    def __init__(self, address: _Optional[_Union[Address, _Mapping]] = ...) -> None: ...

class ConversationBegun(_message.Message):
    __slots__ = ("conversation_id", "channel", "opened")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    channel: str
    opened: ConversationOpened
    def __init__(self, conversation_id: _Optional[str] = ..., channel: _Optional[str] = ..., opened: _Optional[_Union[ConversationOpened, _Mapping]] = ...) -> None: ...

class ConversationEnded(_message.Message):
    __slots__ = ("conversation_id",)
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    def __init__(self, conversation_id: _Optional[str] = ...) -> None: ...

class ContactMergedInto(_message.Message):
    __slots__ = ("contact_id",)
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    contact_id: str
    def __init__(self, contact_id: _Optional[str] = ...) -> None: ...

class ContactTold(_message.Message):
    __slots__ = ("through_sequence",)
    THROUGH_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    through_sequence: int
    def __init__(self, through_sequence: _Optional[int] = ...) -> None: ...

class ContactMerged(_message.Message):
    __slots__ = ("contact_id", "addresses", "conversations", "merged_ids")
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    MERGED_IDS_FIELD_NUMBER: _ClassVar[int]
    contact_id: str
    addresses: _containers.RepeatedCompositeFieldContainer[Address]
    conversations: _containers.RepeatedCompositeFieldContainer[OpenConversation]
    merged_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, contact_id: _Optional[str] = ..., addresses: _Optional[_Iterable[_Union[Address, _Mapping]]] = ..., conversations: _Optional[_Iterable[_Union[OpenConversation, _Mapping]]] = ..., merged_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class MessagePosted(_message.Message):
    __slots__ = ("message_id", "payload")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    def __init__(self, message_id: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ...) -> None: ...

class TurnStarted(_message.Message):
    __slots__ = ("turn_id", "epoch", "agent", "through_sequence", "transfer_id")
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    THROUGH_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    turn_id: str
    epoch: int
    agent: str
    through_sequence: int
    transfer_id: str
    def __init__(self, turn_id: _Optional[str] = ..., epoch: _Optional[int] = ..., agent: _Optional[str] = ..., through_sequence: _Optional[int] = ..., transfer_id: _Optional[str] = ...) -> None: ...

class TurnFinished(_message.Message):
    __slots__ = ("turn_id", "outcome", "payload", "agent", "reason", "usage", "approved_by", "unreached")
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    UNREACHED_FIELD_NUMBER: _ClassVar[int]
    turn_id: str
    outcome: TurnOutcome
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    agent: str
    reason: str
    usage: _containers.RepeatedCompositeFieldContainer[_usage_pb2.Usage]
    approved_by: str
    unreached: bool
    def __init__(self, turn_id: _Optional[str] = ..., outcome: _Optional[_Union[TurnOutcome, str]] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., agent: _Optional[str] = ..., reason: _Optional[str] = ..., usage: _Optional[_Iterable[_Union[_usage_pb2.Usage, _Mapping]]] = ..., approved_by: _Optional[str] = ..., unreached: _Optional[bool] = ...) -> None: ...

class ReplySuggested(_message.Message):
    __slots__ = ("turn_id", "payload", "agent", "expires_at", "usage")
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    turn_id: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    agent: str
    expires_at: _timestamp_pb2.Timestamp
    usage: _containers.RepeatedCompositeFieldContainer[_usage_pb2.Usage]
    def __init__(self, turn_id: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., agent: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., usage: _Optional[_Iterable[_Union[_usage_pb2.Usage, _Mapping]]] = ...) -> None: ...

class SuggestionDropped(_message.Message):
    __slots__ = ("turn_id", "person", "reason")
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    turn_id: str
    person: str
    reason: str
    def __init__(self, turn_id: _Optional[str] = ..., person: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class LateReply(_message.Message):
    __slots__ = ("turn_id", "epoch", "payload")
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    turn_id: str
    epoch: int
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    def __init__(self, turn_id: _Optional[str] = ..., epoch: _Optional[int] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ...) -> None: ...

class TransferRequested(_message.Message):
    __slots__ = ("transfer_id", "epoch", "target", "initiator", "intent_id", "user_message", "context", "handoff_message", "reason", "mode", "fallback", "expires_at")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    INITIATOR_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    HANDOFF_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    epoch: int
    target: Owner
    initiator: _transfer_pb2.TransferInitiator
    intent_id: str
    user_message: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    context: _struct_pb2.Struct
    handoff_message: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    reason: str
    mode: _transfer_pb2.ConversationMode
    fallback: Owner
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, transfer_id: _Optional[str] = ..., epoch: _Optional[int] = ..., target: _Optional[_Union[Owner, _Mapping]] = ..., initiator: _Optional[_Union[_transfer_pb2.TransferInitiator, str]] = ..., intent_id: _Optional[str] = ..., user_message: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., handoff_message: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., reason: _Optional[str] = ..., mode: _Optional[_Union[_transfer_pb2.ConversationMode, str]] = ..., fallback: _Optional[_Union[Owner, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OfferAnswered(_message.Message):
    __slots__ = ("transfer_id", "decision", "reason")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    decision: _transfer_pb2.TransferDecision
    reason: str
    def __init__(self, transfer_id: _Optional[str] = ..., decision: _Optional[_Union[_transfer_pb2.TransferDecision, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class OwnerChanged(_message.Message):
    __slots__ = ("transfer_id", "epoch", "owner", "previous", "reason", "intent_id", "user_message", "handoff_message", "context", "mode", "initiator", "waits", "fallback", "owner_was_away")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    INTENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    HANDOFF_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    INITIATOR_FIELD_NUMBER: _ClassVar[int]
    WAITS_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    OWNER_WAS_AWAY_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    epoch: int
    owner: Owner
    previous: Owner
    reason: str
    intent_id: str
    user_message: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    handoff_message: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    context: _struct_pb2.Struct
    mode: _transfer_pb2.ConversationMode
    initiator: _transfer_pb2.TransferInitiator
    waits: bool
    fallback: Owner
    owner_was_away: bool
    def __init__(self, transfer_id: _Optional[str] = ..., epoch: _Optional[int] = ..., owner: _Optional[_Union[Owner, _Mapping]] = ..., previous: _Optional[_Union[Owner, _Mapping]] = ..., reason: _Optional[str] = ..., intent_id: _Optional[str] = ..., user_message: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., handoff_message: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., context: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., mode: _Optional[_Union[_transfer_pb2.ConversationMode, str]] = ..., initiator: _Optional[_Union[_transfer_pb2.TransferInitiator, str]] = ..., waits: _Optional[bool] = ..., fallback: _Optional[_Union[Owner, _Mapping]] = ..., owner_was_away: _Optional[bool] = ...) -> None: ...

class TransferDeferred(_message.Message):
    __slots__ = ("transfer",)
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    transfer: TransferRequested
    def __init__(self, transfer: _Optional[_Union[TransferRequested, _Mapping]] = ...) -> None: ...

class TransferFailed(_message.Message):
    __slots__ = ("transfer_id", "failure", "reason")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    failure: TransferFailure
    reason: str
    def __init__(self, transfer_id: _Optional[str] = ..., failure: _Optional[_Union[TransferFailure, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class StatusChanged(_message.Message):
    __slots__ = ("status", "until", "reason")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    status: ConversationStatus
    until: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, status: _Optional[_Union[ConversationStatus, str]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ModeChanged(_message.Message):
    __slots__ = ("mode",)
    MODE_FIELD_NUMBER: _ClassVar[int]
    mode: _transfer_pb2.ConversationMode
    def __init__(self, mode: _Optional[_Union[_transfer_pb2.ConversationMode, str]] = ...) -> None: ...

class DeskClaimed(_message.Message):
    __slots__ = ("person",)
    PERSON_FIELD_NUMBER: _ClassVar[int]
    person: str
    def __init__(self, person: _Optional[str] = ...) -> None: ...

class DeskReleased(_message.Message):
    __slots__ = ("person", "reason")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    person: str
    reason: str
    def __init__(self, person: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class PersonReplied(_message.Message):
    __slots__ = ("person", "payload", "message_id", "note")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    person: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    message_id: str
    note: bool
    def __init__(self, person: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., message_id: _Optional[str] = ..., note: _Optional[bool] = ...) -> None: ...

class TagsChanged(_message.Message):
    __slots__ = ("added", "removed")
    ADDED_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    added: _containers.RepeatedScalarFieldContainer[str]
    removed: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, added: _Optional[_Iterable[str]] = ..., removed: _Optional[_Iterable[str]] = ...) -> None: ...

class ContextChanged(_message.Message):
    __slots__ = ("values", "removed", "expires_at")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    values: _struct_pb2.Struct
    removed: _containers.RepeatedScalarFieldContainer[str]
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., removed: _Optional[_Iterable[str]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class FieldsChanged(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _struct_pb2.Struct
    def __init__(self, values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class FormSubmitted(_message.Message):
    __slots__ = ("form", "values", "submission_id")
    FORM_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_ID_FIELD_NUMBER: _ClassVar[int]
    form: str
    values: _struct_pb2.Struct
    submission_id: str
    def __init__(self, form: _Optional[str] = ..., values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., submission_id: _Optional[str] = ...) -> None: ...

class ActionFired(_message.Message):
    __slots__ = ("action", "agent", "values")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    action: str
    agent: str
    values: _struct_pb2.Struct
    def __init__(self, action: _Optional[str] = ..., agent: _Optional[str] = ..., values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class OutcomeRecorded(_message.Message):
    __slots__ = ("outcome", "agent")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    agent: str
    def __init__(self, outcome: _Optional[_Union[Outcome, _Mapping]] = ..., agent: _Optional[str] = ...) -> None: ...

class SilenceNoticed(_message.Message):
    __slots__ = ("seconds", "since_sequence")
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    SINCE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    seconds: float
    since_sequence: int
    def __init__(self, seconds: _Optional[float] = ..., since_sequence: _Optional[int] = ...) -> None: ...

class OwnerAway(_message.Message):
    __slots__ = ("agent", "message_sequence")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    agent: str
    message_sequence: int
    def __init__(self, agent: _Optional[str] = ..., message_sequence: _Optional[int] = ...) -> None: ...

class TriggerFired(_message.Message):
    __slots__ = ("trigger", "cause_sequence", "refusal")
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    CAUSE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    trigger: str
    cause_sequence: int
    refusal: str
    def __init__(self, trigger: _Optional[str] = ..., cause_sequence: _Optional[int] = ..., refusal: _Optional[str] = ...) -> None: ...

class PrimaryChanged(_message.Message):
    __slots__ = ("agent", "channels", "previous")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    agent: str
    channels: _containers.RepeatedScalarFieldContainer[str]
    previous: str
    def __init__(self, agent: _Optional[str] = ..., channels: _Optional[_Iterable[str]] = ..., previous: _Optional[str] = ...) -> None: ...

class MemberAdded(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class MemberRemoved(_message.Message):
    __slots__ = ("agent",)
    AGENT_FIELD_NUMBER: _ClassVar[int]
    agent: str
    def __init__(self, agent: _Optional[str] = ...) -> None: ...

class MemberAsked(_message.Message):
    __slots__ = ("message_id", "agent", "trigger", "match", "cause_sequence")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    CAUSE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    agent: str
    trigger: str
    match: str
    cause_sequence: int
    def __init__(self, message_id: _Optional[str] = ..., agent: _Optional[str] = ..., trigger: _Optional[str] = ..., match: _Optional[str] = ..., cause_sequence: _Optional[int] = ...) -> None: ...

class MemberAnswered(_message.Message):
    __slots__ = ("message_id", "agent", "payload", "reason", "usage")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    agent: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    reason: str
    usage: _containers.RepeatedCompositeFieldContainer[_usage_pb2.Usage]
    def __init__(self, message_id: _Optional[str] = ..., agent: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., reason: _Optional[str] = ..., usage: _Optional[_Iterable[_Union[_usage_pb2.Usage, _Mapping]]] = ...) -> None: ...

class AgentSaid(_message.Message):
    __slots__ = ("agent", "payload", "message_id")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    agent: str
    payload: _containers.RepeatedCompositeFieldContainer[_part_pb2.Part]
    message_id: str
    def __init__(self, agent: _Optional[str] = ..., payload: _Optional[_Iterable[_Union[_part_pb2.Part, _Mapping]]] = ..., message_id: _Optional[str] = ...) -> None: ...

class DutyChanged(_message.Message):
    __slots__ = ("person", "on_duty")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    ON_DUTY_FIELD_NUMBER: _ClassVar[int]
    person: str
    on_duty: bool
    def __init__(self, person: _Optional[str] = ..., on_duty: _Optional[bool] = ...) -> None: ...
