"""One call as the policies see it, whichever end they stand at and whether it streams or not."""

from collections.abc import Callable
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from google.protobuf.message import Message as AnyMessage
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Span

from botmesh.chain import Chain
from botmesh.deadline import Deadline, now
from botmesh.errors import BotmeshError
from botmesh.limits import Limits
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.telemetry.journal import Journal
from botmesh.telemetry.stats import Stats
from botmesh.telemetry.telemetry import Telemetry
from botmesh.v1 import agent_card_pb2, message_pb2, usage_pb2
from botmesh.work.work import Work, WorkTable

_NO_CHAIN = Chain()


class MethodClass(Enum):
    """Which policies a method has."""

    WORK = "work"
    """All of them."""
    CONTROL = "control"
    """Deadline and message size."""
    WATCH = "watch"
    """Keepalive, and no deadline."""


AGENT = "/botmesh.v1.AgentService/"
LINK = AGENT + "Link"
LINKED = ("Delegate", "DelegateStream", "Transfer", "Notify", "Cancel", "GetCard", "GetStats")
"""AgentService's methods that a link carries."""
REGISTRY = "/botmesh.v1.RegistryService/"
_WORK = {AGENT + name for name in ("Delegate", "DelegateStream", "Transfer", "Notify")}
_WATCH = {REGISTRY + "WatchAgents", REGISTRY + "Heartbeat"}
_WATCH_SERVICES = ("/grpc.health.", "/grpc.reflection.")


def class_of(method: str, *, streams: bool) -> MethodClass:
    """The class of a method by its full name; of an unknown one by whether it streams."""
    if method in _WORK:
        return MethodClass.WORK
    if method in _WATCH or streams or method.startswith(_WATCH_SERVICES):
        return MethodClass.WATCH
    return MethodClass.CONTROL


class Targets(Protocol):
    """Where a caller looks up whom it may call."""

    def find(self, account: str, name: str) -> agent_card_pb2.AgentCard:
        """The card of an active agent, or UnknownAgent or NoLiveInstance."""


@dataclass(slots=True)
class End:
    """This process's end of its calls: who it is, what it allows, what it counts."""

    telemetry: Telemetry
    account: str = DEFAULT_ACCOUNT
    agent: str = ""
    """The agent that this process serves; empty: a client that is no agent, or a service."""
    instance: str = ""
    shared: bool = False
    """Whether other accounts may call this agent."""
    ceiling: Limits = field(default_factory=Limits)
    """The mesh's limits."""
    limits: Limits = field(default_factory=Limits)
    """The mesh's, narrowed by environment and agent."""
    draining: bool = False
    targets: Targets | None = None
    works: WorkTable = field(default_factory=WorkTable)
    stats: Stats = field(default_factory=Stats)
    journal: Journal = field(default_factory=Journal)
    """Where messages and costs are reported to."""
    incoming: dict[tuple[str, str], int] = field(default_factory=dict)
    """Open delegations to this instance, by conversation."""
    outgoing: dict[tuple[str, str], int] = field(default_factory=dict)
    """Open delegations of this instance to others, by conversation."""

    def named_in(self, chain: Chain) -> str:
        """This agent as it stands in the chain's path."""
        return self.agent if self.account == chain.account_id else f"{self.account}/{self.agent}"


@dataclass(slots=True)
class Call:
    """One call at one end."""

    end: End
    method: str
    kind: MethodClass
    at_caller: bool
    limits: Limits
    chain: Chain = _NO_CHAIN
    metadata: tuple[tuple[str, str | bytes], ...] = ()
    """As it arrived (callee)."""
    request: AnyMessage | None = None
    """The only request, whole; None: there may be several, or it could not be read."""
    unreadable: BotmeshError | None = None
    """Why the request could not be read (callee)."""
    message: message_pb2.Message | None = None
    target: str = ""
    """Who is called: an agent's name, or account/name."""
    timeout: float | None = None
    """Seconds that were asked for (caller) or that arrived (callee); None: not said."""
    deadline: Deadline | None = None
    """At the caller: the parent's, until the deadline policy has made this call's own of it."""
    request_size: int = 0
    """Serialized bytes of a unary request."""
    reply_bytes: int = 0
    """Of the pieces of a streamed reply so far (caller)."""
    work: Work | None = None
    """What runs for this call (callee)."""
    joined: bool = False
    """Whether the work was there before this call."""
    peer_instance: str = ""
    """Which instance answered (caller)."""
    error: BotmeshError | None = None
    refusal: BotmeshError | None = None
    """Why this end itself broke off a stream of requests."""
    usage: usage_pb2.Usage | None = None
    """What the callee spent."""
    reply: message_pb2.Reply | None = None
    """The answer (caller)."""
    span: Span = INVALID_SPAN
    parent: Context | None = None
    token: Token[Context] | None = None
    began: float = field(default_factory=now)
    at_end: list[Callable[[], None]] = field(default_factory=list)
    """What to undo when the call is over."""

    @property
    def hops(self) -> int:
        """How many hops the chain has with this call."""
        return len(self.chain.path)


CURRENT: ContextVar[Call | None] = ContextVar("botmesh-call", default=None)
"""The call that is being served here."""
