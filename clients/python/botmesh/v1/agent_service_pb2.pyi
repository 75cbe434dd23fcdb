import datetime

from botmesh.v1 import agent_card_pb2 as _agent_card_pb2
from botmesh.v1 import instance_pb2 as _instance_pb2
from botmesh.v1 import link_pb2 as _link_pb2
from botmesh.v1 import message_pb2 as _message_pb2
from botmesh.v1 import part_pb2 as _part_pb2
from botmesh.v1 import transfer_pb2 as _transfer_pb2
from botmesh.v1 import turn_pb2 as _turn_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CancelOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CANCEL_OUTCOME_UNSPECIFIED: _ClassVar[CancelOutcome]
    CANCEL_OUTCOME_STOPPED: _ClassVar[CancelOutcome]
    CANCEL_OUTCOME_TOO_LATE: _ClassVar[CancelOutcome]
    CANCEL_OUTCOME_UNREACHABLE: _ClassVar[CancelOutcome]
    CANCEL_OUTCOME_UNKNOWN: _ClassVar[CancelOutcome]
CANCEL_OUTCOME_UNSPECIFIED: CancelOutcome
CANCEL_OUTCOME_STOPPED: CancelOutcome
CANCEL_OUTCOME_TOO_LATE: CancelOutcome
CANCEL_OUTCOME_UNREACHABLE: CancelOutcome
CANCEL_OUTCOME_UNKNOWN: CancelOutcome

class DelegateRequest(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: _message_pb2.Message
    def __init__(self, message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ...) -> None: ...

class DelegateResponse(_message.Message):
    __slots__ = ("reply",)
    REPLY_FIELD_NUMBER: _ClassVar[int]
    reply: _message_pb2.Reply
    def __init__(self, reply: _Optional[_Union[_message_pb2.Reply, _Mapping]] = ...) -> None: ...

class DelegateStreamRequest(_message.Message):
    __slots__ = ("message", "after_sequence", "turn")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TURN_FIELD_NUMBER: _ClassVar[int]
    message: _message_pb2.Message
    after_sequence: int
    turn: _turn_pb2.Turn
    def __init__(self, message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., after_sequence: _Optional[int] = ..., turn: _Optional[_Union[_turn_pb2.Turn, _Mapping]] = ...) -> None: ...

class DelegateStreamResponse(_message.Message):
    __slots__ = ("sequence", "partial", "progress", "reset", "reply")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    partial: PartialReply
    progress: Progress
    reset: Reset
    reply: _message_pb2.Reply
    def __init__(self, sequence: _Optional[int] = ..., partial: _Optional[_Union[PartialReply, _Mapping]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., reset: _Optional[_Union[Reset, _Mapping]] = ..., reply: _Optional[_Union[_message_pb2.Reply, _Mapping]] = ...) -> None: ...

class PartialReply(_message.Message):
    __slots__ = ("part", "append")
    PART_FIELD_NUMBER: _ClassVar[int]
    APPEND_FIELD_NUMBER: _ClassVar[int]
    part: _part_pb2.Part
    append: bool
    def __init__(self, part: _Optional[_Union[_part_pb2.Part, _Mapping]] = ..., append: _Optional[bool] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("text", "fraction")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    text: str
    fraction: float
    def __init__(self, text: _Optional[str] = ..., fraction: _Optional[float] = ...) -> None: ...

class Reset(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class TransferRequest(_message.Message):
    __slots__ = ("message", "offer")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    message: _message_pb2.Message
    offer: _transfer_pb2.TransferOffer
    def __init__(self, message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., offer: _Optional[_Union[_transfer_pb2.TransferOffer, _Mapping]] = ...) -> None: ...

class TransferResponse(_message.Message):
    __slots__ = ("transfer_id", "decision", "reason")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    decision: _transfer_pb2.TransferDecision
    reason: str
    def __init__(self, transfer_id: _Optional[str] = ..., decision: _Optional[_Union[_transfer_pb2.TransferDecision, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class NotifyRequest(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: _message_pb2.Message
    def __init__(self, message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ...) -> None: ...

class NotifyResponse(_message.Message):
    __slots__ = ("ack",)
    ACK_FIELD_NUMBER: _ClassVar[int]
    ack: _message_pb2.Message
    def __init__(self, ack: _Optional[_Union[_message_pb2.Message, _Mapping]] = ...) -> None: ...

class CancelReceipt(_message.Message):
    __slots__ = ("agent", "instance_id", "message_id", "outcome")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    agent: str
    instance_id: str
    message_id: str
    outcome: CancelOutcome
    def __init__(self, agent: _Optional[str] = ..., instance_id: _Optional[str] = ..., message_id: _Optional[str] = ..., outcome: _Optional[_Union[CancelOutcome, str]] = ...) -> None: ...

class CancelRequest(_message.Message):
    __slots__ = ("message_id", "from_agent", "account_id", "reason")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_AGENT_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    from_agent: str
    account_id: str
    reason: str
    def __init__(self, message_id: _Optional[str] = ..., from_agent: _Optional[str] = ..., account_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CancelResponse(_message.Message):
    __slots__ = ("receipts",)
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    receipts: _containers.RepeatedCompositeFieldContainer[CancelReceipt]
    def __init__(self, receipts: _Optional[_Iterable[_Union[CancelReceipt, _Mapping]]] = ...) -> None: ...

class GetCardRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCardResponse(_message.Message):
    __slots__ = ("card", "instance_id", "readiness")
    CARD_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    READINESS_FIELD_NUMBER: _ClassVar[int]
    card: _agent_card_pb2.AgentCard
    instance_id: str
    readiness: _instance_pb2.Readiness
    def __init__(self, card: _Optional[_Union[_agent_card_pb2.AgentCard, _Mapping]] = ..., instance_id: _Optional[str] = ..., readiness: _Optional[_Union[_instance_pb2.Readiness, str]] = ...) -> None: ...

class GetStatsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetStatsResponse(_message.Message):
    __slots__ = ("instance_id", "started_at", "incoming", "outgoing", "refusals", "in_flight", "outgoing_in_flight", "remembered", "median_latency", "p95_latency")
    class IncomingEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class OutgoingEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class RefusalsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    INCOMING_FIELD_NUMBER: _ClassVar[int]
    OUTGOING_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    OUTGOING_IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    REMEMBERED_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_LATENCY_FIELD_NUMBER: _ClassVar[int]
    P95_LATENCY_FIELD_NUMBER: _ClassVar[int]
    instance_id: str
    started_at: _timestamp_pb2.Timestamp
    incoming: _containers.ScalarMap[str, int]
    outgoing: _containers.ScalarMap[str, int]
    refusals: _containers.ScalarMap[str, int]
    in_flight: int
    outgoing_in_flight: int
    remembered: int
    median_latency: _duration_pb2.Duration
    p95_latency: _duration_pb2.Duration
    def __init__(self, instance_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., incoming: _Optional[_Mapping[str, int]] = ..., outgoing: _Optional[_Mapping[str, int]] = ..., refusals: _Optional[_Mapping[str, int]] = ..., in_flight: _Optional[int] = ..., outgoing_in_flight: _Optional[int] = ..., remembered: _Optional[int] = ..., median_latency: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., p95_latency: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
