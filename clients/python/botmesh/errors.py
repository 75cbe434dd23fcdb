"""Every error that Botmesh raises, each with its gRPC code and its reason.

BotmeshError
├── Refused                   a policy said no before any work began
│   ├── DeadlineTooLong       INVALID_ARGUMENT     a deadline over the limit
│   ├── HopLimitExceeded      FAILED_PRECONDITION  one hop too many
│   ├── LoopDetected          FAILED_PRECONDITION  the agent already stands in the path
│   ├── TooManyDelegations    RESOURCE_EXHAUSTED   too many open in this conversation
│   ├── TooMuchWork           RESOURCE_EXHAUSTED   the instance remembers no more running work
│   ├── MessageIdReused       INVALID_ARGUMENT     same id, another payload
│   ├── Disabled              FAILED_PRECONDITION  delegations are switched off
│   ├── InvalidField          INVALID_ARGUMENT     a field or metadata key is malformed
│   ├── MetadataMismatch      INVALID_ARGUMENT     message and metadata differ
│   ├── NotSupported          UNIMPLEMENTED        the agent does not do this
│   ├── InstanceIdTaken       ALREADY_EXISTS       another process has this instance id
│   ├── AddressNotAllowed     INVALID_ARGUMENT     the registry may not probe there
│   ├── TooManyInstances      RESOURCE_EXHAUSTED   the registry takes no more of these
│   ├── QuotaExceeded         RESOURCE_EXHAUSTED   a connection, conversation or account has as many as it may
│   ├── TransferToSelf        FAILED_PRECONDITION  the target owns the conversation already
│   ├── TargetInternal        FAILED_PRECONDITION  an internal agent never owns a conversation
│   ├── TransferOpen          FAILED_PRECONDITION  another transfer is under way
│   ├── PingPong              FAILED_PRECONDITION  too many transfers between the same two
│   ├── ConversationStopped   FAILED_PRECONDITION  activate it first
│   ├── NotClaimed            FAILED_PRECONDITION  the person does not hold the conversation
│   ├── NotAMember            FAILED_PRECONDITION  the agent neither owns the conversation nor is a member
│   ├── ConversationOpen      FAILED_PRECONDITION  one is open on the channel
│   ├── ConversationClosed    FAILED_PRECONDITION  the conversation has ended
│   ├── AddressTaken          ALREADY_EXISTS       another contact has the address
│   ├── TaskNotWaiting        FAILED_PRECONDITION  the task asks for no input
│   ├── QueueFull             RESOURCE_EXHAUSTED   as many tasks wait for the agent as may
│   └── BudgetSpent           FAILED_PRECONDITION  the chain, conversation or account may cost no more
├── MessageTooLarge           RESOURCE_EXHAUSTED   a message over the limit, either way
├── Unavailable               nobody could be reached, or nobody knows what became of it
│   ├── NoLiveInstance        UNAVAILABLE          known, nobody serves it now
│   ├── Unreachable           UNAVAILABLE          no connection; nothing was sent
│   ├── WrongInstance         UNAVAILABLE          another process answers at that address
│   ├── Draining              UNAVAILABLE          takes nothing new
│   ├── OutcomeUnknown        UNAVAILABLE          the connection was lost half-way
│   ├── RegistryUnreachable   UNAVAILABLE          the registry does not answer
│   ├── WatcherTooSlow        UNAVAILABLE          dropped; watch again
│   └── LogUnavailable        UNAVAILABLE          nothing could be made durable; nothing was taken in
├── NotFound
│   ├── UnknownAgent          NOT_FOUND            no agent of that name
│   ├── UnknownSkill          NOT_FOUND            no live agent has it
│   ├── UnknownLease          NOT_FOUND            register anew
│   ├── UnknownTrace          NOT_FOUND            no span of this trace is kept
│   ├── UnknownConversation   NOT_FOUND            no conversation of this id
│   ├── UnknownSuggestion     NOT_FOUND            no suggested reply of this turn waits
│   ├── UnknownTask           NOT_FOUND            no task of this id
│   ├── UnknownContact        NOT_FOUND            no contact of this id or address
│   └── UnknownPerson         NOT_FOUND            nobody of that name works at the desk
├── DeadlineExceeded
│   ├── DeadlineExpired       DEADLINE_EXCEEDED    the deadline passed
│   ├── StreamIdle            DEADLINE_EXCEEDED    a stream was silent for too long
│   ├── QueueExpired          DEADLINE_EXCEEDED    a task waited too long for its agent
│   └── RunTimeout            DEADLINE_EXCEEDED    a task ran longer than it may
├── Cancelled                 CANCELLED            the caller gave up, or somebody said stop
├── EpochChanged              ABORTED              the conversation has another owner
├── AgentFailed               FAILED_PRECONDITION  a bot declared a failure; raise it in your own
├── AgentError                INTERNAL             a bot raised something else; its text stays there
└── PeerError                 any                  a status without a Botmesh reason
"""

from typing import ClassVar, Self

from grpc import StatusCode

_MAX_TEXT = 1024
"""Longest text of an error in characters: it travels in metadata, which gRPC caps at 16 KiB."""


class BotmeshError(Exception):
    """An error with a gRPC status and a reason of the contract (error_reason.proto).

    Attributes:
        text: a sentence for people that says what to do.
        metadata: facts for programs, as the reason documents them.
        agent, instance: who raised it; empty if it was made in this process outside an agent.
        hop: how many hops of the chain lay before the one that raised it.
        path: the agents gone through up to there.
        started: False only where the work provably never began.
        trace_id: the chain's trace, 32 hex digits, or empty.
        from_peer: whether a peer sent it (True) or it was made in this process (False).
    """

    code: ClassVar[StatusCode] = StatusCode.UNKNOWN
    reason: ClassVar[str] = "UNSPECIFIED"
    starts: ClassVar[bool] = True
    """Whether the work may have begun by the time this class is raised."""

    def __init__(self, text: str, **metadata: object) -> None:
        """Take a sentence for people and facts for programs."""
        super().__init__(text)
        self.text = text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"
        self.metadata = {key: str(value) for key, value in metadata.items()}
        self.agent = ""
        self.instance = ""
        self.hop = 0
        self.path: tuple[str, ...] = ()
        self.started = self.starts
        self.trace_id = ""
        self.from_peer = False

    def __str__(self) -> str:
        """The text, and who said so."""
        return f"{self.text} ({self.agent} says so)" if self.from_peer and self.agent else self.text

    @property
    def status(self) -> StatusCode:
        """The gRPC status code of this error."""
        return self.code

    def bare(self) -> Self:
        """The same error without where it was raised: its traceback keeps all alive that was at work there.

        Both share what they say: who raised it, and in which trace, is added once it leaves this end.
        """
        made = type(self).__new__(type(self), *self.args)
        made.__dict__ = self.__dict__
        return made


class Refused(BotmeshError):
    """A policy said no before any work began."""

    starts = False


class DeadlineTooLong(Refused):
    """A deadline over the limit."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "DEADLINE_TOO_LONG"


class HopLimitExceeded(Refused):
    """One hop too many."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "HOP_LIMIT"


class LoopDetected(Refused):
    """The agent already stands in the path."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "LOOP"


class TooManyDelegations(Refused):
    """Too many delegations are open in this conversation at this instance."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_DELEGATIONS"


class TooMuchWork(Refused):
    """The idempotency table is full of work that still runs."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "TOO_MUCH_WORK"


class MessageIdReused(Refused):
    """The message id was used before with another payload."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "MESSAGE_ID_REUSED"


class Disabled(Refused):
    """Delegations are switched off."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "DISABLED"


class InvalidField(Refused):
    """A field or a metadata key is malformed."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "INVALID_FIELD"


class MetadataMismatch(Refused):
    """Message and metadata name something and differ."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "METADATA_MISMATCH"


class NotSupported(Refused):
    """The agent does not do this."""

    code = StatusCode.UNIMPLEMENTED
    reason = "NOT_SUPPORTED"


class InstanceIdTaken(Refused):
    """Another process holds a lease under this instance id."""

    code = StatusCode.ALREADY_EXISTS
    reason = "INSTANCE_ID_TAKEN"


class AddressNotAllowed(Refused):
    """The address is neither the peer's own nor in an allowed range."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "ADDRESS_NOT_ALLOWED"


class TooManyInstances(Refused):
    """The registry takes no more of these."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_INSTANCES"


class QuotaExceeded(Refused):
    """A connection, a conversation or an account has as many of these as it may."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "QUOTA_EXCEEDED"


class TransferToSelf(Refused):
    """The target owns the conversation already."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "TRANSFER_TO_SELF"


class TargetInternal(Refused):
    """An internal agent never owns a conversation."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "TARGET_INTERNAL"


class TransferOpen(Refused):
    """Another transfer of the conversation is under way."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "TRANSFER_OPEN"


class PingPong(Refused):
    """Too many transfers between the same two in a short time."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "PING_PONG"


class ConversationStopped(Refused):
    """The conversation is stopped: activate it first."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "CONVERSATION_STOPPED"


class ConversationOpen(Refused):
    """A conversation is open on the channel: `conversation_id` in the metadata."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "CONVERSATION_OPEN"


class ConversationClosed(Refused):
    """The conversation has ended: `conversation_id` in the metadata."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "CONVERSATION_CLOSED"


class AddressTaken(Refused):
    """Another contact has the address: `contact_id` in the metadata."""

    code = StatusCode.ALREADY_EXISTS
    reason = "ADDRESS_TAKEN"


class NotClaimed(Refused):
    """The person does not hold the conversation."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "NOT_CLAIMED"


class NotAMember(Refused):
    """The agent neither owns the conversation nor is a member."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "NOT_A_MEMBER"


class TaskNotWaiting(Refused):
    """The task asks for no input."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "TASK_NOT_WAITING"


class QueueFull(Refused):
    """As many tasks wait for the agent as its queue holds."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "QUEUE_FULL"


class BudgetSpent(Refused):
    """A budget of the chain, the conversation or the account is spent."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "BUDGET_SPENT"


class MessageTooLarge(BotmeshError):
    """A message over the size limit: a request before it is sent or begun, or a reply."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "MESSAGE_TOO_LARGE"


class Unavailable(BotmeshError):
    """Nobody could be reached, or nobody knows what became of the call."""

    code = StatusCode.UNAVAILABLE


class NoLiveInstance(Unavailable):
    """The agent is known and nobody serves it now."""

    reason = "NO_LIVE_INSTANCE"
    starts = False


class Unreachable(Unavailable):
    """No connection could be made; nothing was sent."""

    reason = "UNREACHABLE"
    starts = False


class WrongInstance(Unavailable):
    """Another process than the one that is meant answers at this address."""

    reason = "WRONG_INSTANCE"
    starts = False


class Draining(Unavailable):
    """The instance finishes what runs and takes nothing new."""

    reason = "DRAINING"
    starts = False


class OutcomeUnknown(Unavailable):
    """The connection was lost half-way: the work may have been done or not."""

    reason = "OUTCOME_UNKNOWN"


class RegistryUnreachable(Unavailable):
    """The registry does not answer."""

    reason = "REGISTRY_UNREACHABLE"
    starts = False


class WatcherTooSlow(Unavailable):
    """The watcher read too slowly and was dropped."""

    reason = "WATCHER_TOO_SLOW"
    starts = False


class LogUnavailable(Unavailable):
    """What was to be written could not be made durable; nothing was taken in."""

    reason = "LOG_UNAVAILABLE"
    starts = False


class NotFound(BotmeshError):
    """What was named does not exist."""

    code = StatusCode.NOT_FOUND
    starts = False


class UnknownAgent(NotFound):
    """No agent of that name; `nearest` in the metadata names some that come close."""

    reason = "UNKNOWN_AGENT"


class UnknownSkill(NotFound):
    """No live agent declares a skill of that id; `nearest` in the metadata names some that come close."""

    reason = "UNKNOWN_SKILL"


class UnknownLease(NotFound):
    """The registry knows no such lease."""

    reason = "UNKNOWN_LEASE"


class UnknownTrace(NotFound):
    """No span of this trace is kept."""

    reason = "UNKNOWN_TRACE"


class UnknownConversation(NotFound):
    """No conversation of this id."""

    reason = "UNKNOWN_CONVERSATION"


class UnknownSuggestion(NotFound):
    """No suggested reply of this turn waits for approval."""

    reason = "UNKNOWN_SUGGESTION"


class UnknownTask(NotFound):
    """No task of this id."""

    reason = "UNKNOWN_TASK"


class UnknownContact(NotFound):
    """There is no contact of this id or address."""

    reason = "UNKNOWN_CONTACT"


class UnknownPerson(NotFound):
    """Nobody of that name works at the desk."""

    reason = "UNKNOWN_PERSON"


class DeadlineExceeded(BotmeshError):
    """Time ran out."""

    code = StatusCode.DEADLINE_EXCEEDED


class DeadlineExpired(DeadlineExceeded):
    """The deadline passed; the work was ended."""

    reason = "DEADLINE_EXPIRED"


class StreamIdle(DeadlineExceeded):
    """A stream was silent for too long."""

    reason = "STREAM_IDLE"


class QueueExpired(DeadlineExceeded):
    """The task waited longer for its agent than it may."""

    reason = "QUEUE_EXPIRED"


class RunTimeout(DeadlineExceeded):
    """The task ran longer than it may."""

    reason = "RUN_TIMEOUT"


class Cancelled(BotmeshError):
    """The caller gave up, or the callee was told to stop."""

    code = StatusCode.CANCELLED
    reason = "CANCELLED"


class EpochChanged(BotmeshError):
    """The conversation changed its owner."""

    code = StatusCode.ABORTED
    reason = "EPOCH_CHANGED"


class AgentFailed(BotmeshError):
    """A failure that a bot declares: raise it in a bot, and its text reaches the caller.

    Keyword arguments become `metadata`; keep their names apart from the contract's own
    (agent, instance, hop, path, started, trace_id).
    """

    code = StatusCode.FAILED_PRECONDITION
    reason = "AGENT_FAILED"


class AgentError(BotmeshError):
    """A bot raised an exception; its text stays in the bot's log, under the trace id."""

    code = StatusCode.INTERNAL
    reason = "AGENT_ERROR"


class PeerError(BotmeshError):
    """A status without a Botmesh reason: from gRPC itself or a peer that is not Botmesh."""

    def __init__(self, text: str, code: StatusCode = StatusCode.UNKNOWN) -> None:
        """Take the status as it came."""
        super().__init__(text)
        self._code = code
        self.from_peer = True

    @property
    def status(self) -> StatusCode:
        """The gRPC status code that the peer sent."""
        return self._code


def _leaves(base: type[BotmeshError]) -> dict[str, type[BotmeshError]]:
    found = {} if base.reason == "UNSPECIFIED" else {base.reason: base}
    for child in base.__subclasses__():
        found |= _leaves(child)
    return found


BY_REASON: dict[str, type[BotmeshError]] = _leaves(BotmeshError)
"""The class of each reason in the contract."""
