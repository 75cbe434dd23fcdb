import datetime

from botmesh.v1 import conversation_pb2 as _conversation_pb2
from botmesh.v1 import history_pb2 as _history_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConversationSnapshot(_message.Message):
    __slots__ = ("version", "view", "history", "waiting", "latest", "message_ids", "answered_through", "dropped_through", "turn", "transfer", "requested_at", "handed", "came_from", "moves", "transfers", "replies", "worked_at", "expires_at", "silence", "away_through", "said_at", "entries", "opening", "closing", "for_contact", "failed_agents", "apologised_through", "deferred", "unsaid_through")
    class MessageIdsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class ExpiresAtEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _timestamp_pb2.Timestamp
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    class FailedAgentsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    VERSION_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    LATEST_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    DROPPED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    TURN_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_AT_FIELD_NUMBER: _ClassVar[int]
    HANDED_FIELD_NUMBER: _ClassVar[int]
    CAME_FROM_FIELD_NUMBER: _ClassVar[int]
    MOVES_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    REPLIES_FIELD_NUMBER: _ClassVar[int]
    WORKED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    SILENCE_FIELD_NUMBER: _ClassVar[int]
    AWAY_THROUGH_FIELD_NUMBER: _ClassVar[int]
    SAID_AT_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    OPENING_FIELD_NUMBER: _ClassVar[int]
    CLOSING_FIELD_NUMBER: _ClassVar[int]
    FOR_CONTACT_FIELD_NUMBER: _ClassVar[int]
    FAILED_AGENTS_FIELD_NUMBER: _ClassVar[int]
    APOLOGISED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    DEFERRED_FIELD_NUMBER: _ClassVar[int]
    UNSAID_THROUGH_FIELD_NUMBER: _ClassVar[int]
    version: int
    view: _conversation_pb2.Conversation
    history: _containers.RepeatedCompositeFieldContainer[_history_pb2.HistoryEntry]
    waiting: _containers.RepeatedCompositeFieldContainer[_history_pb2.HistoryEntry]
    latest: _history_pb2.HistoryEntry
    message_ids: _containers.ScalarMap[str, int]
    answered_through: int
    dropped_through: int
    turn: RunningTurnSnapshot
    transfer: _conversation_pb2.TransferRequested
    requested_at: int
    handed: _conversation_pb2.OwnerChanged
    came_from: _containers.RepeatedCompositeFieldContainer[_conversation_pb2.Owner]
    moves: _containers.RepeatedCompositeFieldContainer[MoveSnapshot]
    transfers: _containers.RepeatedCompositeFieldContainer[_conversation_pb2.ConversationEvent]
    replies: int
    worked_at: _timestamp_pb2.Timestamp
    expires_at: _containers.MessageMap[str, _timestamp_pb2.Timestamp]
    silence: _conversation_pb2.SilenceNoticed
    away_through: int
    said_at: _timestamp_pb2.Timestamp
    entries: int
    opening: _conversation_pb2.ConversationOpening
    closing: _conversation_pb2.ConversationClosed
    for_contact: _containers.RepeatedCompositeFieldContainer[_conversation_pb2.ConversationEvent]
    failed_agents: _containers.ScalarMap[str, int]
    apologised_through: int
    deferred: _conversation_pb2.TransferRequested
    unsaid_through: int
    def __init__(self, version: _Optional[int] = ..., view: _Optional[_Union[_conversation_pb2.Conversation, _Mapping]] = ..., history: _Optional[_Iterable[_Union[_history_pb2.HistoryEntry, _Mapping]]] = ..., waiting: _Optional[_Iterable[_Union[_history_pb2.HistoryEntry, _Mapping]]] = ..., latest: _Optional[_Union[_history_pb2.HistoryEntry, _Mapping]] = ..., message_ids: _Optional[_Mapping[str, int]] = ..., answered_through: _Optional[int] = ..., dropped_through: _Optional[int] = ..., turn: _Optional[_Union[RunningTurnSnapshot, _Mapping]] = ..., transfer: _Optional[_Union[_conversation_pb2.TransferRequested, _Mapping]] = ..., requested_at: _Optional[int] = ..., handed: _Optional[_Union[_conversation_pb2.OwnerChanged, _Mapping]] = ..., came_from: _Optional[_Iterable[_Union[_conversation_pb2.Owner, _Mapping]]] = ..., moves: _Optional[_Iterable[_Union[MoveSnapshot, _Mapping]]] = ..., transfers: _Optional[_Iterable[_Union[_conversation_pb2.ConversationEvent, _Mapping]]] = ..., replies: _Optional[int] = ..., worked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Mapping[str, _timestamp_pb2.Timestamp]] = ..., silence: _Optional[_Union[_conversation_pb2.SilenceNoticed, _Mapping]] = ..., away_through: _Optional[int] = ..., said_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., entries: _Optional[int] = ..., opening: _Optional[_Union[_conversation_pb2.ConversationOpening, _Mapping]] = ..., closing: _Optional[_Union[_conversation_pb2.ConversationClosed, _Mapping]] = ..., for_contact: _Optional[_Iterable[_Union[_conversation_pb2.ConversationEvent, _Mapping]]] = ..., failed_agents: _Optional[_Mapping[str, int]] = ..., apologised_through: _Optional[int] = ..., deferred: _Optional[_Union[_conversation_pb2.TransferRequested, _Mapping]] = ..., unsaid_through: _Optional[int] = ...) -> None: ...

class RunningTurnSnapshot(_message.Message):
    __slots__ = ("started", "handed", "waiting", "requested_at", "opening")
    STARTED_FIELD_NUMBER: _ClassVar[int]
    HANDED_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_AT_FIELD_NUMBER: _ClassVar[int]
    OPENING_FIELD_NUMBER: _ClassVar[int]
    started: _conversation_pb2.TurnStarted
    handed: _conversation_pb2.OwnerChanged
    waiting: _containers.RepeatedCompositeFieldContainer[_history_pb2.HistoryEntry]
    requested_at: int
    opening: _conversation_pb2.ConversationOpening
    def __init__(self, started: _Optional[_Union[_conversation_pb2.TurnStarted, _Mapping]] = ..., handed: _Optional[_Union[_conversation_pb2.OwnerChanged, _Mapping]] = ..., waiting: _Optional[_Iterable[_Union[_history_pb2.HistoryEntry, _Mapping]]] = ..., requested_at: _Optional[int] = ..., opening: _Optional[_Union[_conversation_pb2.ConversationOpening, _Mapping]] = ...) -> None: ...

class MoveSnapshot(_message.Message):
    __slots__ = ("time", "source", "target")
    TIME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    source: str
    target: str
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., source: _Optional[str] = ..., target: _Optional[str] = ...) -> None: ...
