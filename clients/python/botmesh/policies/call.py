"""One call as the policies see it, at either end and whether it streams or not.

`CallInfo` is what was asked: it never changes. `Call` is what the policies find out and decide on the way.
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
    """What was asked."""

    method: str
    """The full name, "/botmesh.v1.AgentService/Delegate"."""
    kind: MethodClass
    at_caller: bool
    target: str = ""
    """The agent that is called: its name, or account/name (caller)."""
    metadata: tuple[tuple[str, str | bytes], ...] = ()
    """As it arrived (callee)."""
    request: AnyMessage | None = None
    """The only request, whole; None: there may be several, or it could not be read."""
    request_size: int = 0
    """Serialized bytes of the only request."""
    unreadable: BotmeshError | None = None
    """Why the request could not be read (callee)."""
    message: message_pb2.Message | None = None
    """The message that a work method carries."""
    timeout: float | None = None
    """Seconds that were asked for (caller) or that arrived (callee); None: not said."""
    parent_deadline: Deadline | None = None
    """Of the work that makes this call (caller)."""
    parent_span: Context | None = None
    """Under which span it is made; None: the current one (caller)."""


@dataclass(slots=True)
class Call:
    """One call at one end: what was asked, and what the policies found out."""

    endpoint: Endpoint
    info: CallInfo
    limits: Limits
    chain: Chain = _NO_CHAIN
    deadline: Deadline | None = None
    work: Work | None = None
    """What runs for this call (callee)."""
    joined: bool = False
    """Whether the work was there before this call."""
    peer_instance: str = ""
    """Which instance answered (caller)."""
    reply: message_pb2.Reply | None = None
    """The answer (caller)."""
    reply_bytes: int = 0
    """Of the pieces of a streamed reply so far (caller)."""
    usage: usage_pb2.Usage | None = None
    """What the callee spent."""
    error: BotmeshError | None = None
    """How the call failed; set when it is over."""
    refusal: BotmeshError | None = None
    """Why this end itself broke off a stream of requests."""
    span: Span = INVALID_SPAN
    token: Token[Context] | None = None
    began: float = field(default_factory=now)
    at_end: list[Callable[[], None]] = field(default_factory=list)
    """What to undo when the call is over."""

    @property
    def hops(self) -> int:
        """How many hops the chain has with this call."""
        return len(self.chain.path)

    @property
    def account(self) -> str:
        """The chain's account, or this process's."""
        return self.chain.account_id or self.endpoint.account

    @property
    def required_deadline(self) -> Deadline:
        """When the call ends; for what cannot be without an end.

        Raises:
            InvalidField: it has no deadline.
        """
        if self.deadline is None:
            raise InvalidField("work needs a deadline", field="deadline")
        return self.deadline

    @property
    def claimed_work(self) -> Work:
        """The work that the idempotency policy found or reserved for this call.

        Raises:
            InvalidField: the call carries no message, so that there is none.
        """
        if self.work is None:
            raise InvalidField("a work method needs a message", field="message")
        return self.work

    @property
    def idle_limit(self) -> float | None:
        """Seconds that may pass between two messages of a stream; None: any time."""
        return self.limits.stream_idle_timeout if self.info.kind is MethodClass.WORK else None

    @property
    def work_key(self) -> Key:
        """The idempotency key. A call without a message id gets a key that nothing can repeat."""
        message = self.info.message
        message_id = message.message_id if message is not None else ""
        from_agent = message.from_agent if message is not None else ""
        if not from_agent and self.chain.path:
            from_agent = self.chain.path[-1].rpartition("/")[2]
        return self.account, from_agent, message_id or f"\0{next(_anonymous)}"


CURRENT: ContextVar[Call | None] = ContextVar("botmesh-call", default=None)
"""The call that is being served here."""


def current_call() -> Call:
    """The call that is being served here.

    Raises:
        LookupError: none is.
    """
    call = CURRENT.get()
    if call is None:
        raise LookupError("no call is being served here")
    return call
