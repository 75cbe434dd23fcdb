/** The errors of Botmesh: one class for each error reason of the contract, with its gRPC code. */
import { status } from "@grpc/grpc-js";

const MAX_TEXT = 1024; // characters; an error travels in metadata, which gRPC limits to 16 KiB

/** Details for programs. error_reason.proto documents the keys of each reason. */
export type Facts = Record<string, string | number | boolean>;

/** Base class of all errors: a gRPC code and an error reason of the contract. */
export class BotmeshError extends Error {
  /** Name of the ErrorReason without its prefix; UNSPECIFIED for an error of gRPC itself. */
  readonly reason: string = "UNSPECIFIED";
  code: status = status.UNKNOWN;
  /** Details for programs, by key. */
  metadata: Record<string, string>;
  /** Agent that raised the error; empty if a client or a service did. */
  agent = "";
  instance = "";
  /** Number of hops of the chain up to the agent that raised the error. */
  hop = 0;
  /** Agents of the chain up to there, oldest first. */
  path: string[] = [];
  /** False only if the work certainly did not begin. */
  started = true;
  /** Trace id of the chain, 32 hex digits; empty if it is not traced. */
  traceId = "";
  /** Whether a peer sent the error. False: it was created in this process. */
  fromPeer = false;

  constructor(text: string, facts: Facts = {}) {
    super(text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`);
    this.name = new.target.name;
    this.metadata = Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, String(value)]));
  }

  /** Name of the gRPC code, such as "FAILED_PRECONDITION". */
  get codeName(): string {
    const names: Record<number, string | undefined> = status;
    return names[this.code] ?? "UNKNOWN"; // a peer may send any number
  }
}

type Kind = new (text: string, facts?: Facts) => BotmeshError;

function declare(reason: string, code: status, started: boolean): Kind {
  return class extends BotmeshError {
    override readonly reason = reason;
    override code = code;
    override started = started;
  };
}

const refused = (reason: string, code: status): Kind => declare(reason, code, false);
const failed = (reason: string, code: status): Kind => declare(reason, code, true);

/** The deadline exceeds the limit. */
export class DeadlineTooLong extends refused("DEADLINE_TOO_LONG", status.INVALID_ARGUMENT) {}
/** The call would exceed the hop limit of the chain. */
export class HopLimitExceeded extends refused("HOP_LIMIT", status.FAILED_PRECONDITION) {}
/** The agent is already in the path of the chain. */
export class LoopDetected extends refused("LOOP", status.FAILED_PRECONDITION) {}
/** The conversation has too many open delegations, here or at all known instances together. */
export class TooManyDelegations extends refused("TOO_MANY_DELEGATIONS", status.RESOURCE_EXHAUSTED) {}
/** The instance runs as much work as its table holds. */
export class TooMuchWork extends refused("TOO_MUCH_WORK", status.RESOURCE_EXHAUSTED) {}
/** The message id was used before with another payload. */
export class MessageIdReused extends refused("MESSAGE_ID_REUSED", status.INVALID_ARGUMENT) {}
/** Delegations are disabled. */
export class Disabled extends refused("DISABLED", status.FAILED_PRECONDITION) {}
/** A field or metadata key is malformed. */
export class InvalidField extends refused("INVALID_FIELD", status.INVALID_ARGUMENT) {}
/** Message and metadata contradict each other. */
export class MetadataMismatch extends refused("METADATA_MISMATCH", status.INVALID_ARGUMENT) {}
/** The agent has no function for this kind of call. */
export class NotSupported extends refused("NOT_SUPPORTED", status.UNIMPLEMENTED) {}
/** No agent has this name. */
export class UnknownAgent extends refused("UNKNOWN_AGENT", status.NOT_FOUND) {}
/** The registry does not know the lease. The instance must register again. */
export class UnknownLease extends refused("UNKNOWN_LEASE", status.NOT_FOUND) {}
/** The agent is known but has no live instance. */
export class NoLiveInstance extends refused("NO_LIVE_INSTANCE", status.UNAVAILABLE) {}
/** No connection could be made. Nothing was sent. */
export class Unreachable extends refused("UNREACHABLE", status.UNAVAILABLE) {}
/** Another process answers at the instance's address. */
export class WrongInstance extends refused("WRONG_INSTANCE", status.UNAVAILABLE) {}
/** The instance drains and takes no new work. */
export class Draining extends refused("DRAINING", status.UNAVAILABLE) {}
/** The registry does not answer. */
export class RegistryUnreachable extends refused("REGISTRY_UNREACHABLE", status.UNAVAILABLE) {}
/** The connection was lost during the call. The work may have run or not. */
export class OutcomeUnknown extends failed("OUTCOME_UNKNOWN", status.UNAVAILABLE) {}
/** A request or reply exceeds the size limit. */
export class MessageTooLarge extends failed("MESSAGE_TOO_LARGE", status.RESOURCE_EXHAUSTED) {}
/** The deadline passed. */
export class DeadlineExpired extends failed("DEADLINE_EXPIRED", status.DEADLINE_EXCEEDED) {}
/** A stream was idle for longer than the limit. */
export class StreamIdle extends failed("STREAM_IDLE", status.DEADLINE_EXCEEDED) {}
/** The caller cancelled the call, or the work was cancelled. */
export class Cancelled extends failed("CANCELLED", status.CANCELLED) {}
/** The conversation has another owner or epoch. */
export class EpochChanged extends failed("EPOCH_CHANGED", status.ABORTED) {}
/** A bot reported a failure. Throw this class in a bot to send its text to the caller. */
export class AgentFailed extends failed("AGENT_FAILED", status.FAILED_PRECONDITION) {}
/** A bot failed with another error. Its cause is only in the bot's log. */
export class AgentError extends failed("AGENT_ERROR", status.INTERNAL) {}

/** Another process holds the lease of this instance id. */
export class InstanceIdTaken extends refused("INSTANCE_ID_TAKEN", status.ALREADY_EXISTS) {}
/** The registry does not accept more instances. */
export class TooManyInstances extends refused("TOO_MANY_INSTANCES", status.RESOURCE_EXHAUSTED) {}
/** The address is neither the caller's own nor in an allowed range. */
export class AddressNotAllowed extends refused("ADDRESS_NOT_ALLOWED", status.INVALID_ARGUMENT) {}
/** The registry ended a watch that read too slowly. Watch again. */
export class WatcherTooSlow extends refused("WATCHER_TOO_SLOW", status.UNAVAILABLE) {}
/** No span of this trace is stored. */
export class UnknownTrace extends refused("UNKNOWN_TRACE", status.NOT_FOUND) {}
/** No conversation has this id. */
export class UnknownConversation extends refused("UNKNOWN_CONVERSATION", status.NOT_FOUND) {}
/** The target of the transfer already owns the conversation. */
export class TransferToSelf extends refused("TRANSFER_TO_SELF", status.FAILED_PRECONDITION) {}
/** The target of the transfer is internal. Only public agents own conversations. */
export class TargetInternal extends refused("TARGET_INTERNAL", status.FAILED_PRECONDITION) {}
/** Another transfer of the conversation is in progress. */
export class TransferOpen extends refused("TRANSFER_OPEN", status.FAILED_PRECONDITION) {}
/** Too many transfers between the same two owners. */
export class PingPong extends refused("PING_PONG", status.FAILED_PRECONDITION) {}
/** The conversation is stopped. Activate it first. */
export class ConversationStopped extends refused("CONVERSATION_STOPPED", status.FAILED_PRECONDITION) {}
/** The person has not claimed the conversation. */
export class NotClaimed extends refused("NOT_CLAIMED", status.FAILED_PRECONDITION) {}
/** The event log could not store the events. Nothing was changed. */
export class LogUnavailable extends refused("LOG_UNAVAILABLE", status.UNAVAILABLE) {}
/** The turn has no open suggestion. */
export class UnknownSuggestion extends refused("UNKNOWN_SUGGESTION", status.NOT_FOUND) {}
/** No person of the desk has this name. */
export class UnknownPerson extends refused("UNKNOWN_PERSON", status.NOT_FOUND) {}
/** No live agent declares this skill. */
export class UnknownSkill extends refused("UNKNOWN_SKILL", status.NOT_FOUND) {}
/** No task has this id. */
export class UnknownTask extends refused("UNKNOWN_TASK", status.NOT_FOUND) {}
/** The task does not wait for input. */
export class TaskNotWaiting extends refused("TASK_NOT_WAITING", status.FAILED_PRECONDITION) {}
/** The agent's queue of tasks is full. */
export class QueueFull extends refused("QUEUE_FULL", status.RESOURCE_EXHAUSTED) {}
/** The task waited in the queue for longer than its limit. */
export class QueueExpired extends failed("QUEUE_EXPIRED", status.DEADLINE_EXCEEDED) {}
/** The task ran for longer than its limit. */
export class RunTimeout extends failed("RUN_TIMEOUT", status.DEADLINE_EXCEEDED) {}
/** A budget of the chain, the conversation or the account is spent. */
export class BudgetSpent extends refused("BUDGET_SPENT", status.FAILED_PRECONDITION) {}
/** The caller has used up its quota. */
export class QuotaExceeded extends refused("QUOTA_EXCEEDED", status.RESOURCE_EXHAUSTED) {}
/** The agent neither owns the conversation nor is a member. */
export class NotAMember extends refused("NOT_A_MEMBER", status.FAILED_PRECONDITION) {}
/** No contact has this id or address. */
export class UnknownContact extends refused("UNKNOWN_CONTACT", status.NOT_FOUND) {}
/** Another contact has the address. */
export class AddressTaken extends refused("ADDRESS_TAKEN", status.ALREADY_EXISTS) {}
/** The contact has an open conversation on the channel. */
export class ConversationOpen extends refused("CONVERSATION_OPEN", status.FAILED_PRECONDITION) {}
/** The conversation has ended. */
export class ConversationClosed extends refused("CONVERSATION_CLOSED", status.FAILED_PRECONDITION) {}

/** A status without a known error reason: from a newer version, from gRPC, or from a peer that is not Botmesh. */
export class PeerError extends BotmeshError {
  override readonly reason: string;

  constructor(text: string, code: status, reason = "UNSPECIFIED") {
    super(text);
    this.code = code;
    this.reason = reason;
    this.fromPeer = true;
  }
}

/** Error class by reason. */
export const BY_REASON: ReadonlyMap<string, Kind> = new Map(
  [
    DeadlineTooLong,
    HopLimitExceeded,
    LoopDetected,
    TooManyDelegations,
    TooMuchWork,
    MessageIdReused,
    Disabled,
    InvalidField,
    MetadataMismatch,
    NotSupported,
    UnknownAgent,
    UnknownLease,
    NoLiveInstance,
    Unreachable,
    WrongInstance,
    Draining,
    RegistryUnreachable,
    OutcomeUnknown,
    MessageTooLarge,
    DeadlineExpired,
    StreamIdle,
    Cancelled,
    EpochChanged,
    AgentFailed,
    AgentError,
    InstanceIdTaken,
    TooManyInstances,
    AddressNotAllowed,
    WatcherTooSlow,
    UnknownTrace,
    UnknownConversation,
    TransferToSelf,
    TargetInternal,
    TransferOpen,
    PingPong,
    ConversationStopped,
    NotClaimed,
    LogUnavailable,
    UnknownSuggestion,
    UnknownPerson,
    UnknownSkill,
    UnknownTask,
    TaskNotWaiting,
    QueueFull,
    QueueExpired,
    RunTimeout,
    BudgetSpent,
    NotAMember,
    QuotaExceeded,
    UnknownContact,
    AddressTaken,
    ConversationOpen,
    ConversationClosed,
  ].map((kind: Kind) => [new kind("").reason, kind]),
);
