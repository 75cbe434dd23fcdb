"""One call as the policies see it, at either end, streaming or not.

`CallInfo` has the request and never changes. `Call` has what the policies find out and decide.
"""

from collections.abc import Callable
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from itertools import count

from google.protobuf.message import Message as AnyMessage
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Span

from botmesh.chain import Chain
from botmesh.deadline import Deadline, now
from botmesh.errors import BotmeshError, InvalidField
from botmesh.limits import Limits
from botmesh.policies.endpoint import Endpoint
from botmesh.policies.methods import MethodClass
from botmesh.v1 import message_pb2, usage_pb2
from botmesh.work.work import Key, Work

_NO_CHAIN = Chain()
_anonymous = count()


@dataclass(frozen=True, slots=True)
class CallInfo:
    """The request of a call, at either end."""

    method: str
    """The full name of the method, "/botmesh.v1.AgentService/Delegate"."""
    kind: MethodClass
    at_caller: bool
    target: str = ""
    """The agent that is called: its name, or account/name (caller)."""
    metadata: tuple[tuple[str, str | bytes], ...] = ()
    """The call's metadata as it arrived (callee)."""
    request: AnyMessage | None = None
    """The request of a call with one request; None: the call streams requests, or the request could not be read."""
    request_size: int = 0
    """The size of the request in serialized bytes."""
    unreadable: BotmeshError | None = None
    """Why the request could not be read (callee)."""
    message: message_pb2.Message | None = None
    """The message that a work method carries."""
    timeout: float | None = None
    """Seconds that the caller asked for (caller) or that arrived (callee); None: none were given."""
    parent_deadline: Deadline | None = None
    """The deadline of the work that makes this call (caller)."""
    parent_span: Context | None = None
    """The context with the parent span (caller); None: the current one."""


@dataclass(slots=True)
class Call:
    """One call at one end: its request, and what the policies find out and decide."""

    endpoint: Endpoint
    info: CallInfo
    limits: Limits
    chain: Chain = _NO_CHAIN
    deadline: Deadline | None = None
    work: Work | None = None
    """The work of this call (callee)."""
    joined: bool = False
    """Whether the work existed before this call."""
    peer_instance: str = ""
    """The id of the instance that was called (caller)."""
    reply: message_pb2.Reply | None = None
    """The reply (caller)."""
    reply_bytes: int = 0
    """Bytes of the pieces of a streamed reply so far (caller)."""
    usage: usage_pb2.Usage | None = None
    """The usage of the callee."""
    error: BotmeshError | None = None
    """The error that the call failed with; set when the call is over."""
    refusal: BotmeshError | None = None
    """The error with which this end itself broke off a stream of requests."""
    span: Span = INVALID_SPAN
    token: Token[Context] | None = None
    began: float = field(default_factory=now)
    at_end: list[Callable[[], None]] = field(default_factory=list)
    """Functions to run when the call is over."""

    @property
    def hops(self) -> int:
        """The number of hops of the chain, with this call."""
        return len(self.chain.path)

    @property
    def account(self) -> str:
        """The chain's account, or this process's if the chain names none."""
        return self.chain.account_id or self.endpoint.account

    @property
    def required_deadline(self) -> Deadline:
        """The deadline of a call that must have one.

        Raises:
            InvalidField: the call has no deadline.
        """
        if self.deadline is None:
            raise InvalidField("work needs a deadline", field="deadline")
        return self.deadline

    @property
    def claimed_work(self) -> Work:
        """The work that the idempotency policy has found or reserved for this call.

        Raises:
            InvalidField: the call carries no message, and so has no work.
        """
        if self.work is None:
            raise InvalidField("a work method needs a message", field="message")
        return self.work

    @property
    def idle_limit(self) -> float | None:
        """The most seconds between two messages of a stream; None: no limit."""
        return self.limits.stream_idle_timeout if self.info.kind is MethodClass.WORK else None

    @property
    def work_key(self) -> Key:
        """The idempotency key. A call without a message id gets a key that no other call can have."""
        message = self.info.message
        message_id = message.message_id if message is not None else ""
        from_agent = message.from_agent if message is not None else ""
        if not from_agent and self.chain.path:
            from_agent = self.chain.path[-1].rpartition("/")[2]
        return self.account, from_agent, message_id or f"\0{next(_anonymous)}"


CURRENT: ContextVar[Call | None] = ContextVar("botmesh-call", default=None)
"""The call that the current task serves."""


def current_call() -> Call:
    """Return the call that the current task serves.

    Raises:
        LookupError: the current task serves no call.
    """
    call = CURRENT.get()
    if call is None:
        raise LookupError("no call is being served here")
    return call
