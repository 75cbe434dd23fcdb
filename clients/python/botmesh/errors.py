"""The errors that Botmesh raises, each with its gRPC status code and its reason.

BotmeshError
├── Refused                   a policy refused the call before any work began
│   ├── DeadlineTooLong       INVALID_ARGUMENT     a deadline over the limit
│   ├── HopLimitExceeded      FAILED_PRECONDITION  the chain has one hop too many
│   ├── LoopDetected          FAILED_PRECONDITION  the agent stands in the path already
│   ├── TooManyDelegations    RESOURCE_EXHAUSTED   too many are open in this conversation
│   ├── TooMuchWork           RESOURCE_EXHAUSTED   the instance takes no more running work
│   ├── MessageIdReused       INVALID_ARGUMENT     the message id was used with another payload
│   ├── Disabled              FAILED_PRECONDITION  delegations are switched off
│   ├── InvalidField          INVALID_ARGUMENT     a field or metadata key is malformed
│   ├── MetadataMismatch      INVALID_ARGUMENT     message and metadata differ
│   ├── NotSupported          UNIMPLEMENTED        the agent or the mesh does not support this
│   ├── InstanceIdTaken       ALREADY_EXISTS       another process has this instance id
│   ├── AddressNotAllowed     INVALID_ARGUMENT     the registry may not probe the address
│   ├── TooManyInstances      RESOURCE_EXHAUSTED   the registry takes no more instances, agents or watches
│   ├── QuotaExceeded         RESOURCE_EXHAUSTED   a connection, conversation or account has used its quota
│   ├── TransferToSelf        FAILED_PRECONDITION  the target owns the conversation already
│   ├── TargetInternal        FAILED_PRECONDITION  an internal agent never owns a conversation
│   ├── TransferOpen          FAILED_PRECONDITION  another transfer is under way
│   ├── PingPong              FAILED_PRECONDITION  the same two transfer too often
│   ├── ConversationStopped   FAILED_PRECONDITION  the conversation is stopped: activate it first
│   ├── NotClaimed            FAILED_PRECONDITION  the person does not hold the conversation
│   ├── NotAMember            FAILED_PRECONDITION  the agent neither owns the conversation nor is a member
│   ├── ConversationOpen      FAILED_PRECONDITION  one is open on the channel
│   ├── ConversationClosed    FAILED_PRECONDITION  the conversation has ended
│   ├── AddressTaken          ALREADY_EXISTS       another contact has the address
│   ├── TaskNotWaiting        FAILED_PRECONDITION  the task asks for no input
│   ├── QueueFull             RESOURCE_EXHAUSTED   the agent's queue of tasks is full
│   └── BudgetSpent           FAILED_PRECONDITION  a budget of the chain, conversation or account is spent
├── MessageTooLarge           RESOURCE_EXHAUSTED   a message over the limit, in either direction
├── Unavailable               no instance could be reached, or the outcome is unknown
│   ├── NoLiveInstance        UNAVAILABLE          the agent is known, and no instance of it is live
│   ├── Unreachable           UNAVAILABLE          no connection could be made; nothing was sent
│   ├── WrongInstance         UNAVAILABLE          another process answers at that address
│   ├── Draining              UNAVAILABLE          the instance takes no new work
│   ├── OutcomeUnknown        UNAVAILABLE          the connection was lost half-way
│   ├── RegistryUnreachable   UNAVAILABLE          the registry does not answer
│   ├── WatcherTooSlow        UNAVAILABLE          the watch was ended: watch again
│   └── LogUnavailable        UNAVAILABLE          the write could not be made durable, and had no effect
├── NotFound                  what was named does not exist
│   ├── UnknownAgent          NOT_FOUND            there is no agent of that name
│   ├── UnknownSkill          NOT_FOUND            no live agent has the skill
│   ├── UnknownLease          NOT_FOUND            the registry has no such lease: register again
│   ├── UnknownTrace          NOT_FOUND            no span of this trace is kept
│   ├── UnknownConversation   NOT_FOUND            there is no conversation of this id
│   ├── UnknownSuggestion     NOT_FOUND            no suggested reply of this turn waits for approval
│   ├── UnknownTask           NOT_FOUND            there is no task of this id
│   ├── UnknownContact        NOT_FOUND            there is no contact of this id or address
│   └── UnknownPerson         NOT_FOUND            no person of that name works at the desk
├── DeadlineExceeded          the time ran out
│   ├── DeadlineExpired       DEADLINE_EXCEEDED    the deadline passed
│   ├── StreamIdle            DEADLINE_EXCEEDED    a stream was silent for too long
│   ├── QueueExpired          DEADLINE_EXCEEDED    a task waited too long for its agent
│   └── RunTimeout            DEADLINE_EXCEEDED    a task ran longer than it may
├── Cancelled                 CANCELLED            the work was cancelled, or lost its last caller
├── EpochChanged              ABORTED              the conversation has another owner
├── AgentFailed               FAILED_PRECONDITION  a bot declared a failure; raise it in your own
├── AgentError                INTERNAL             a bot raised another exception; its text stays in the bot's log
└── PeerError                 any                  a status without a Botmesh reason
"""

from typing import ClassVar, Self

from grpc import StatusCode

_MAX_TEXT = 1024
"""The most characters of an error's text: it travels in metadata, which gRPC limits to 16 KiB."""


class BotmeshError(Exception):
    """An error with a gRPC status and a reason of the contract (error_reason.proto).

    Attributes:
        text: a sentence for people that says what to do.
        metadata: facts for programs, as the contract documents them for the reason.
        agent, instance: the agent and the instance that raised the error; empty if no agent did.
        hop: the number of hops of the chain up to the end that raised the error.
        path: the agents of the chain up to that end, oldest first.
        started: False only if the work provably never began.
        trace_id: the chain's trace, 32 hex digits, or empty.
        from_peer: whether a peer sent the error (True) or this process made it (False).
    """

    code: ClassVar[StatusCode] = StatusCode.UNKNOWN
    reason: ClassVar[str] = "UNSPECIFIED"
    starts: ClassVar[bool] = True
    """Whether the work may have begun when an error of this class is raised."""

    def __init__(self, text: str, **metadata: object) -> None:
        """Make an error of a sentence for people and facts for programs."""
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
        """Show the text, and the agent if a peer sent the error."""
        return f"{self.text} ({self.agent} says so)" if self.from_peer and self.agent else self.text

    @property
    def status(self) -> StatusCode:
        """The gRPC status code of the error."""
        return self.code

    def bare(self) -> Self:
        """Return the same error without its traceback, which would keep all objects of its frames alive.

        Both errors share their attributes, so that the agent and the trace that are added later show in both.
        """
        copy = type(self).__new__(type(self), *self.args)
        copy.__dict__ = self.__dict__
        return copy


class Refused(BotmeshError):
    """A policy refused the call before any work began."""

    starts = False


class DeadlineTooLong(Refused):
    """The deadline is over the limit."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "DEADLINE_TOO_LONG"


class HopLimitExceeded(Refused):
    """The chain has one hop too many."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "HOP_LIMIT"


class LoopDetected(Refused):
    """The agent stands in the chain's path already."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "LOOP"


class TooManyDelegations(Refused):
    """Too many delegations are open in this conversation at this instance."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_DELEGATIONS"


class TooMuchWork(Refused):
    """The instance runs as much work as its work table holds."""

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
    """The message and the metadata have different values for the same field."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "METADATA_MISMATCH"


class NotSupported(Refused):
    """The agent or the mesh does not support this."""

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
    """The registry takes no more instances, agents or watches."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_INSTANCES"


class QuotaExceeded(Refused):
    """A connection, a conversation or an account has used its quota."""

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
    """The same two owners have transferred the conversation too often in a short time."""

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
    """The agent's queue of tasks is full."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "QUEUE_FULL"


class BudgetSpent(Refused):
    """A budget of the chain, the conversation or the account is spent."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "BUDGET_SPENT"


class MessageTooLarge(BotmeshError):
    """A message is over the size limit: a request before any work began, or a reply."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "MESSAGE_TOO_LARGE"


class Unavailable(BotmeshError):
    """No instance could be reached, or the outcome of the call is unknown."""

    code = StatusCode.UNAVAILABLE


class NoLiveInstance(Unavailable):
    """The agent is known, and no instance of it is live."""

    reason = "NO_LIVE_INSTANCE"
    starts = False


class Unreachable(Unavailable):
    """No connection could be made; nothing was sent."""

    reason = "UNREACHABLE"
    starts = False


class WrongInstance(Unavailable):
    """Another instance than the one that the caller means answers at this address."""

    reason = "WRONG_INSTANCE"
    starts = False


class Draining(Unavailable):
    """The instance drains: it finishes running work and takes no new work."""

    reason = "DRAINING"
    starts = False


class OutcomeUnknown(Unavailable):
    """The connection was lost during the call, and the work may have been done or not."""

    reason = "OUTCOME_UNKNOWN"


class RegistryUnreachable(Unavailable):
    """The registry does not answer."""

    reason = "REGISTRY_UNREACHABLE"
    starts = False


class WatcherTooSlow(Unavailable):
    """The watcher read too slowly, and its watch was ended."""

    reason = "WATCHER_TOO_SLOW"
    starts = False


class LogUnavailable(Unavailable):
    """The write could not be made durable, and had no effect."""

    reason = "LOG_UNAVAILABLE"
    starts = False


class NotFound(BotmeshError):
    """What was named does not exist."""

    code = StatusCode.NOT_FOUND
    starts = False


class UnknownAgent(NotFound):
    """There is no agent of that name; `nearest` in the metadata has similar names."""

    reason = "UNKNOWN_AGENT"


class UnknownSkill(NotFound):
    """No live agent declares a skill of that id; `nearest` in the metadata has similar ids."""

    reason = "UNKNOWN_SKILL"


class UnknownLease(NotFound):
    """The registry has no such lease."""

    reason = "UNKNOWN_LEASE"


class UnknownTrace(NotFound):
    """No span of this trace is kept."""

    reason = "UNKNOWN_TRACE"


class UnknownConversation(NotFound):
    """There is no conversation of this id."""

    reason = "UNKNOWN_CONVERSATION"


class UnknownSuggestion(NotFound):
    """No suggested reply of this turn waits for approval."""

    reason = "UNKNOWN_SUGGESTION"


class UnknownTask(NotFound):
    """There is no task of this id."""

    reason = "UNKNOWN_TASK"


class UnknownContact(NotFound):
    """There is no contact of this id or address."""

    reason = "UNKNOWN_CONTACT"


class UnknownPerson(NotFound):
    """No person of that name works at the desk."""

    reason = "UNKNOWN_PERSON"


class DeadlineExceeded(BotmeshError):
    """The time ran out."""

    code = StatusCode.DEADLINE_EXCEEDED


class DeadlineExpired(DeadlineExceeded):
    """The deadline passed, and the work was ended."""

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
    """The work was cancelled, or lost its last caller."""

    code = StatusCode.CANCELLED
    reason = "CANCELLED"


class EpochChanged(BotmeshError):
    """The conversation has another owner."""

    code = StatusCode.ABORTED
    reason = "EPOCH_CHANGED"


class AgentFailed(BotmeshError):
    """A failure that a bot declares. Raise it in a bot to send its text to the caller.

    Keyword arguments become `metadata`. Their names must differ from the contract's own (agent, instance, hop, path,
    started, trace_id).
    """

    code = StatusCode.FAILED_PRECONDITION
    reason = "AGENT_FAILED"


class AgentError(BotmeshError):
    """A bot raised an exception. Its text stays in the bot's log, with the trace id."""

    code = StatusCode.INTERNAL
    reason = "AGENT_ERROR"


class PeerError(BotmeshError):
    """A status without a Botmesh reason, made by gRPC or by a peer that is not Botmesh."""

    def __init__(self, text: str, code: StatusCode = StatusCode.UNKNOWN) -> None:
        """Make an error of a status as it came."""
        super().__init__(text)
        self._code = code
        self.from_peer = True

    @property
    def status(self) -> StatusCode:
        """The gRPC status code that the peer sent."""
        return self._code


def _leaves(base: type[BotmeshError]) -> dict[str, type[BotmeshError]]:
    classes = {} if base.reason == "UNSPECIFIED" else {base.reason: base}
    for child in base.__subclasses__():
        classes |= _leaves(child)
    return classes


BY_REASON: dict[str, type[BotmeshError]] = _leaves(BotmeshError)
"""The class of each reason in the contract."""
