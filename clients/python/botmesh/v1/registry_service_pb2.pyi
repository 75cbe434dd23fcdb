from botmesh.v1 import agent_pb2 as _agent_pb2
from botmesh.v1 import agent_card_pb2 as _agent_card_pb2
from botmesh.v1 import instance_pb2 as _instance_pb2
from botmesh.v1 import lease_pb2 as _lease_pb2
from botmesh.v1 import limits_pb2 as _limits_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProbeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROBE_STATE_UNSPECIFIED: _ClassVar[ProbeState]
    PROBE_STATE_PENDING: _ClassVar[ProbeState]
    PROBE_STATE_PASSED: _ClassVar[ProbeState]
    PROBE_STATE_FAILED: _ClassVar[ProbeState]
PROBE_STATE_UNSPECIFIED: ProbeState
PROBE_STATE_PENDING: ProbeState
PROBE_STATE_PASSED: ProbeState
PROBE_STATE_FAILED: ProbeState

class RegisterRequest(_message.Message):
    __slots__ = ("card", "instance_id", "address", "lease_token", "readiness", "takes_links")
    CARD_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    READINESS_FIELD_NUMBER: _ClassVar[int]
    TAKES_LINKS_FIELD_NUMBER: _ClassVar[int]
    card: _agent_card_pb2.AgentCard
    instance_id: str
    address: str
    lease_token: str
    readiness: _instance_pb2.Readiness
    takes_links: bool
    def __init__(self, card: _Optional[_Union[_agent_card_pb2.AgentCard, _Mapping]] = ..., instance_id: _Optional[str] = ..., address: _Optional[str] = ..., lease_token: _Optional[str] = ..., readiness: _Optional[_Union[_instance_pb2.Readiness, str]] = ..., takes_links: _Optional[bool] = ...) -> None: ...

class RegisterResponse(_message.Message):
    __slots__ = ("lease", "limits", "trace_endpoint")
    LEASE_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    TRACE_ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    lease: _lease_pb2.Lease
    limits: _limits_pb2.Limits
    trace_endpoint: str
    def __init__(self, lease: _Optional[_Union[_lease_pb2.Lease, _Mapping]] = ..., limits: _Optional[_Union[_limits_pb2.Limits, _Mapping]] = ..., trace_endpoint: _Optional[str] = ...) -> None: ...

class HeartbeatRequest(_message.Message):
    __slots__ = ("instance_id", "lease_token", "readiness", "load", "open_delegations")
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    READINESS_FIELD_NUMBER: _ClassVar[int]
    LOAD_FIELD_NUMBER: _ClassVar[int]
    OPEN_DELEGATIONS_FIELD_NUMBER: _ClassVar[int]
    instance_id: str
    lease_token: str
    readiness: _instance_pb2.Readiness
    load: _instance_pb2.Load
    open_delegations: _containers.RepeatedCompositeFieldContainer[OpenDelegations]
    def __init__(self, instance_id: _Optional[str] = ..., lease_token: _Optional[str] = ..., readiness: _Optional[_Union[_instance_pb2.Readiness, str]] = ..., load: _Optional[_Union[_instance_pb2.Load, _Mapping]] = ..., open_delegations: _Optional[_Iterable[_Union[OpenDelegations, _Mapping]]] = ...) -> None: ...

class OpenDelegations(_message.Message):
    __slots__ = ("key", "count")
    KEY_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    key: str
    count: int
    def __init__(self, key: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class HeartbeatResponse(_message.Message):
    __slots__ = ("lease", "limits", "probe", "probe_error", "open_elsewhere")
    LEASE_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    PROBE_FIELD_NUMBER: _ClassVar[int]
    PROBE_ERROR_FIELD_NUMBER: _ClassVar[int]
    OPEN_ELSEWHERE_FIELD_NUMBER: _ClassVar[int]
    lease: _lease_pb2.Lease
    limits: _limits_pb2.Limits
    probe: ProbeState
    probe_error: str
    open_elsewhere: _containers.RepeatedCompositeFieldContainer[OpenDelegations]
    def __init__(self, lease: _Optional[_Union[_lease_pb2.Lease, _Mapping]] = ..., limits: _Optional[_Union[_limits_pb2.Limits, _Mapping]] = ..., probe: _Optional[_Union[ProbeState, str]] = ..., probe_error: _Optional[str] = ..., open_elsewhere: _Optional[_Iterable[_Union[OpenDelegations, _Mapping]]] = ...) -> None: ...

class DeregisterRequest(_message.Message):
    __slots__ = ("instance_id", "lease_token")
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    instance_id: str
    lease_token: str
    def __init__(self, instance_id: _Optional[str] = ..., lease_token: _Optional[str] = ...) -> None: ...

class DeregisterResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetAgentRequest(_message.Message):
    __slots__ = ("account_id", "name")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    name: str
    def __init__(self, account_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class GetAgentResponse(_message.Message):
    __slots__ = ("agent",)
    AGENT_FIELD_NUMBER: _ClassVar[int]
    agent: _agent_pb2.Agent
    def __init__(self, agent: _Optional[_Union[_agent_pb2.Agent, _Mapping]] = ...) -> None: ...

class ListAgentsRequest(_message.Message):
    __slots__ = ("account_id", "tag", "active_only", "page_size", "page_token")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    tag: str
    active_only: bool
    page_size: int
    page_token: str
    def __init__(self, account_id: _Optional[str] = ..., tag: _Optional[str] = ..., active_only: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAgentsResponse(_message.Message):
    __slots__ = ("agents", "next_page_token")
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    agents: _containers.RepeatedCompositeFieldContainer[_agent_pb2.Agent]
    next_page_token: str
    def __init__(self, agents: _Optional[_Iterable[_Union[_agent_pb2.Agent, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ResolveAgentRequest(_message.Message):
    __slots__ = ("account_id", "name")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    name: str
    def __init__(self, account_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class ResolveAgentResponse(_message.Message):
    __slots__ = ("card", "instances")
    CARD_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    card: _agent_card_pb2.AgentCard
    instances: _containers.RepeatedCompositeFieldContainer[_instance_pb2.Instance]
    def __init__(self, card: _Optional[_Union[_agent_card_pb2.AgentCard, _Mapping]] = ..., instances: _Optional[_Iterable[_Union[_instance_pb2.Instance, _Mapping]]] = ...) -> None: ...

class FindAgentsRequest(_message.Message):
    __slots__ = ("account_id", "query", "tags", "languages", "limit", "min_confidence")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MIN_CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    query: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    languages: _containers.RepeatedScalarFieldContainer[str]
    limit: int
    min_confidence: float
    def __init__(self, account_id: _Optional[str] = ..., query: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., languages: _Optional[_Iterable[str]] = ..., limit: _Optional[int] = ..., min_confidence: _Optional[float] = ...) -> None: ...

class AgentMatch(_message.Message):
    __slots__ = ("card", "score", "skill_id", "confidence")
    CARD_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SKILL_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    card: _agent_card_pb2.AgentCard
    score: float
    skill_id: str
    confidence: float
    def __init__(self, card: _Optional[_Union[_agent_card_pb2.AgentCard, _Mapping]] = ..., score: _Optional[float] = ..., skill_id: _Optional[str] = ..., confidence: _Optional[float] = ...) -> None: ...

class FindAgentsResponse(_message.Message):
    __slots__ = ("matches",)
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    matches: _containers.RepeatedCompositeFieldContainer[AgentMatch]
    def __init__(self, matches: _Optional[_Iterable[_Union[AgentMatch, _Mapping]]] = ...) -> None: ...

class ReportUnreachableRequest(_message.Message):
    __slots__ = ("instance_id", "error")
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    instance_id: str
    error: str
    def __init__(self, instance_id: _Optional[str] = ..., error: _Optional[str] = ...) -> None: ...

class ReportUnreachableResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchAgentsRequest(_message.Message):
    __slots__ = ("account_id", "since")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    since: str
    def __init__(self, account_id: _Optional[str] = ..., since: _Optional[str] = ...) -> None: ...

class WatchAgentsResponse(_message.Message):
    __slots__ = ("revision", "warming", "limits", "snapshot", "changes", "trace_endpoint")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    WARMING_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    TRACE_ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    revision: str
    warming: bool
    limits: _limits_pb2.Limits
    snapshot: SnapshotChunk
    changes: AgentChanges
    trace_endpoint: str
    def __init__(self, revision: _Optional[str] = ..., warming: _Optional[bool] = ..., limits: _Optional[_Union[_limits_pb2.Limits, _Mapping]] = ..., snapshot: _Optional[_Union[SnapshotChunk, _Mapping]] = ..., changes: _Optional[_Union[AgentChanges, _Mapping]] = ..., trace_endpoint: _Optional[str] = ...) -> None: ...

class SnapshotChunk(_message.Message):
    __slots__ = ("cards", "instances", "complete")
    CARDS_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    cards: _containers.RepeatedCompositeFieldContainer[_agent_card_pb2.AgentCard]
    instances: _containers.RepeatedCompositeFieldContainer[_instance_pb2.Instance]
    complete: bool
    def __init__(self, cards: _Optional[_Iterable[_Union[_agent_card_pb2.AgentCard, _Mapping]]] = ..., instances: _Optional[_Iterable[_Union[_instance_pb2.Instance, _Mapping]]] = ..., complete: _Optional[bool] = ...) -> None: ...

class AgentChanges(_message.Message):
    __slots__ = ("cards", "instances", "removed_instances", "removed_agents")
    CARDS_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    REMOVED_INSTANCES_FIELD_NUMBER: _ClassVar[int]
    REMOVED_AGENTS_FIELD_NUMBER: _ClassVar[int]
    cards: _containers.RepeatedCompositeFieldContainer[_agent_card_pb2.AgentCard]
    instances: _containers.RepeatedCompositeFieldContainer[_instance_pb2.Instance]
    removed_instances: _containers.RepeatedScalarFieldContainer[str]
    removed_agents: _containers.RepeatedCompositeFieldContainer[AgentKey]
    def __init__(self, cards: _Optional[_Iterable[_Union[_agent_card_pb2.AgentCard, _Mapping]]] = ..., instances: _Optional[_Iterable[_Union[_instance_pb2.Instance, _Mapping]]] = ..., removed_instances: _Optional[_Iterable[str]] = ..., removed_agents: _Optional[_Iterable[_Union[AgentKey, _Mapping]]] = ...) -> None: ...

class AgentKey(_message.Message):
    __slots__ = ("account_id", "name")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    name: str
    def __init__(self, account_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...
