/** Every error of Botmesh: a class for each reason of the contract, each with its gRPC code. */
import { status } from "@grpc/grpc-js";

const MAX_TEXT = 1024; // characters: an error travels in metadata, which gRPC caps at 16 KiB

/** Facts for programs, as the reason documents them in error_reason.proto. */
export type Facts = Record<string, string | number | boolean>;

/** An error with a gRPC code and a reason of the contract. */
export class BotmeshError extends Error {
  /** Why: the names of ErrorReason without their prefix; UNSPECIFIED for an error of gRPC itself. */
  readonly reason: string = "UNSPECIFIED";
  /** The gRPC status code. */
  code: status = status.UNKNOWN;
  /** Facts for programs. */
  metadata: Record<string, string>;
  /** Who raised it; empty if it was made in this process outside an agent. */
  agent = "";
  instance = "";
  /** How many hops of the chain lay before the one that raised it. */
  hop = 0;
  /** The agents gone through up to there. */
  path: string[] = [];
  /** False only where the work provably never began. */
  started = true;
  /** The chain's trace, 32 hex digits, or empty. */
  traceId = "";
  /** Whether a peer sent it, or it was made in this process. */
  fromPeer = false;

  constructor(text: string, facts: Facts = {}) {
    super(text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`);
    this.name = new.target.name;
    this.metadata = Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, String(value)]));
  }

  /** The gRPC code as the specification spells it, "FAILED_PRECONDITION". */
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

/** A deadline over the limit. */
export class DeadlineTooLong extends refused("DEADLINE_TOO_LONG", status.INVALID_ARGUMENT) {}
/** One hop too many. */
export class HopLimitExceeded extends refused("HOP_LIMIT", status.FAILED_PRECONDITION) {}
/** The agent already stands in the path. */
export class LoopDetected extends refused("LOOP", status.FAILED_PRECONDITION) {}
/** Too many open in this conversation. */
export class TooManyDelegations extends refused("TOO_MANY_DELEGATIONS", status.RESOURCE_EXHAUSTED) {}
/** The instance remembers no more running work. */
export class TooMuchWork extends refused("TOO_MUCH_WORK", status.RESOURCE_EXHAUSTED) {}
/** Same id, another payload. */
export class MessageIdReused extends refused("MESSAGE_ID_REUSED", status.INVALID_ARGUMENT) {}
/** Delegations are switched off. */
export class Disabled extends refused("DISABLED", status.FAILED_PRECONDITION) {}
/** A field or metadata key is malformed. */
export class InvalidField extends refused("INVALID_FIELD", status.INVALID_ARGUMENT) {}
/** Message and metadata differ. */
export class MetadataMismatch extends refused("METADATA_MISMATCH", status.INVALID_ARGUMENT) {}
/** The agent does not do this. */
export class NotSupported extends refused("NOT_SUPPORTED", status.UNIMPLEMENTED) {}
/** No agent of that name. */
export class UnknownAgent extends refused("UNKNOWN_AGENT", status.NOT_FOUND) {}
/** Register anew. */
export class UnknownLease extends refused("UNKNOWN_LEASE", status.NOT_FOUND) {}
/** Known, nobody serves it now. */
export class NoLiveInstance extends refused("NO_LIVE_INSTANCE", status.UNAVAILABLE) {}
/** No connection; nothing was sent. */
export class Unreachable extends refused("UNREACHABLE", status.UNAVAILABLE) {}
/** Another process answers at that address. */
export class WrongInstance extends refused("WRONG_INSTANCE", status.UNAVAILABLE) {}
/** Takes nothing new. */
export class Draining extends refused("DRAINING", status.UNAVAILABLE) {}
/** The registry does not answer. */
export class RegistryUnreachable extends refused("REGISTRY_UNREACHABLE", status.UNAVAILABLE) {}
/** The connection was lost half-way: the work may have been done or not. */
export class OutcomeUnknown extends failed("OUTCOME_UNKNOWN", status.UNAVAILABLE) {}
/** A message over the limit, either way. */
export class MessageTooLarge extends failed("MESSAGE_TOO_LARGE", status.RESOURCE_EXHAUSTED) {}
/** The deadline passed. */
export class DeadlineExpired extends failed("DEADLINE_EXPIRED", status.DEADLINE_EXCEEDED) {}
/** A stream was silent for too long. */
export class StreamIdle extends failed("STREAM_IDLE", status.DEADLINE_EXCEEDED) {}
/** The caller gave up, or somebody said stop. */
export class Cancelled extends failed("CANCELLED", status.CANCELLED) {}
/** The conversation has another owner. */
export class EpochChanged extends failed("EPOCH_CHANGED", status.ABORTED) {}
/** A bot declared a failure; throw it in your own. */
export class AgentFailed extends failed("AGENT_FAILED", status.FAILED_PRECONDITION) {}
/** A bot failed otherwise; the cause stays there. */
export class AgentError extends failed("AGENT_ERROR", status.INTERNAL) {}

/** Another process holds a lease under this instance id. */
export class InstanceIdTaken extends refused("INSTANCE_ID_TAKEN", status.ALREADY_EXISTS) {}
/** The registry takes no more of these. */
export class TooManyInstances extends refused("TOO_MANY_INSTANCES", status.RESOURCE_EXHAUSTED) {}
/** The address is neither the caller's own nor in an allowed range. */
export class AddressNotAllowed extends refused("ADDRESS_NOT_ALLOWED", status.INVALID_ARGUMENT) {}
/** The watcher read too slowly and was dropped; watch again. */
export class WatcherTooSlow extends refused("WATCHER_TOO_SLOW", status.UNAVAILABLE) {}
/** The callee has no work under this message id. */
/** No span of this trace is kept. */
export class UnknownTrace extends refused("UNKNOWN_TRACE", status.NOT_FOUND) {}
/** No conversation of this id. */
export class UnknownConversation extends refused("UNKNOWN_CONVERSATION", status.NOT_FOUND) {}
/** A conversation cannot be transferred to its owner. */
export class TransferToSelf extends refused("TRANSFER_TO_SELF", status.FAILED_PRECONDITION) {}
/** An internal agent never owns a conversation. */
export class TargetInternal extends refused("TARGET_INTERNAL", status.FAILED_PRECONDITION) {}
/** Another transfer of the conversation is under way. */
export class TransferOpen extends refused("TRANSFER_OPEN", status.FAILED_PRECONDITION) {}
/** Too many transfers between the same two. */
export class PingPong extends refused("PING_PONG", status.FAILED_PRECONDITION) {}
/** The conversation is stopped; activate it first. */
export class ConversationStopped extends refused("CONVERSATION_STOPPED", status.FAILED_PRECONDITION) {}
/** The person does not hold the conversation. */
export class NotClaimed extends refused("NOT_CLAIMED", status.FAILED_PRECONDITION) {}
/** What was to be written could not be made durable; nothing was taken in. */
export class LogUnavailable extends refused("LOG_UNAVAILABLE", status.UNAVAILABLE) {}
/** No suggested reply of this turn waits. */
export class UnknownSuggestion extends refused("UNKNOWN_SUGGESTION", status.NOT_FOUND) {}
/** Nobody of that name works at the desk. */
export class UnknownPerson extends refused("UNKNOWN_PERSON", status.NOT_FOUND) {}
/** No live agent declares this skill. */
export class UnknownSkill extends refused("UNKNOWN_SKILL", status.NOT_FOUND) {}
/** No task of this id. */
export class UnknownTask extends refused("UNKNOWN_TASK", status.NOT_FOUND) {}
/** The task asks for no input. */
export class TaskNotWaiting extends refused("TASK_NOT_WAITING", status.FAILED_PRECONDITION) {}
/** As many tasks wait for the agent as its queue holds. */
export class QueueFull extends refused("QUEUE_FULL", status.RESOURCE_EXHAUSTED) {}
/** The task waited longer for its agent than it may. */
export class QueueExpired extends failed("QUEUE_EXPIRED", status.DEADLINE_EXCEEDED) {}
/** The task ran longer than it may. */
export class RunTimeout extends failed("RUN_TIMEOUT", status.DEADLINE_EXCEEDED) {}
/** A budget of the chain, the conversation or the account is spent. */
export class BudgetSpent extends refused("BUDGET_SPENT", status.FAILED_PRECONDITION) {}
/** The caller has used up what it may ask for. */
export class QuotaExceeded extends refused("QUOTA_EXCEEDED", status.RESOURCE_EXHAUSTED) {}
/** The agent neither owns the conversation nor is a member. */
export class NotAMember extends refused("NOT_A_MEMBER", status.FAILED_PRECONDITION) {}

/** A status whose reason this version does not know, or that gRPC or a peer that is not Botmesh made. */
export class PeerError extends BotmeshError {
  override readonly reason: string;

  constructor(text: string, code: status, reason = "UNSPECIFIED") {
    super(text);
    this.code = code;
    this.reason = reason;
    this.fromPeer = true;
  }
}

/** The class of each reason. */
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
  ].map((kind: Kind) => [new kind("").reason, kind]),
);
