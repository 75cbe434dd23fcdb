package io.botmesh;

import static io.grpc.Status.Code.ABORTED;
import static io.grpc.Status.Code.ALREADY_EXISTS;
import static io.grpc.Status.Code.DEADLINE_EXCEEDED;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INTERNAL;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;
import static io.grpc.Status.Code.UNAVAILABLE;
import static io.grpc.Status.Code.UNIMPLEMENTED;
import static io.grpc.Status.Code.UNKNOWN;

import io.grpc.Status;

/** Why a call was refused or failed: the names of ErrorReason in the contract, without their prefix. */
public enum Reason {
    /** A status without a Botmesh reason: of gRPC itself, or of a peer that is not Botmesh. */
    UNSPECIFIED(UNKNOWN, true),
    /** A deadline over the limit. */
    DEADLINE_TOO_LONG(INVALID_ARGUMENT, false),
    /** One hop too many. */
    HOP_LIMIT(FAILED_PRECONDITION, false),
    /** The agent already stands in the path. */
    LOOP(FAILED_PRECONDITION, false),
    /** Too many open in this conversation. */
    TOO_MANY_DELEGATIONS(RESOURCE_EXHAUSTED, false),
    /** The instance remembers no more running work. */
    TOO_MUCH_WORK(RESOURCE_EXHAUSTED, false),
    /** Same id, another payload. */
    MESSAGE_ID_REUSED(INVALID_ARGUMENT, false),
    /** Delegations are switched off. */
    DISABLED(FAILED_PRECONDITION, false),
    /** A field or metadata key is malformed. */
    INVALID_FIELD(INVALID_ARGUMENT, false),
    /** Message and metadata differ. */
    METADATA_MISMATCH(INVALID_ARGUMENT, false),
    /** The agent does not do this. */
    NOT_SUPPORTED(UNIMPLEMENTED, false),
    /** No agent of that name. */
    UNKNOWN_AGENT(NOT_FOUND, false),
    /** Register anew. */
    UNKNOWN_LEASE(NOT_FOUND, false),
    /** Known, nobody serves it now. */
    NO_LIVE_INSTANCE(UNAVAILABLE, false),
    /** No connection; nothing was sent. */
    UNREACHABLE(UNAVAILABLE, false),
    /** Another process answers at that address. */
    WRONG_INSTANCE(UNAVAILABLE, false),
    /** Takes nothing new. */
    DRAINING(UNAVAILABLE, false),
    /** The registry does not answer. */
    REGISTRY_UNREACHABLE(UNAVAILABLE, false),
    /** The connection was lost half-way: the work may have been done or not. */
    OUTCOME_UNKNOWN(UNAVAILABLE, true),
    /** A message over the limit, either way. */
    MESSAGE_TOO_LARGE(RESOURCE_EXHAUSTED, true),
    /** The deadline passed. */
    DEADLINE_EXPIRED(DEADLINE_EXCEEDED, true),
    /** A stream was silent for too long. */
    STREAM_IDLE(DEADLINE_EXCEEDED, true),
    /** The caller gave up, or somebody said stop. */
    CANCELLED(Status.Code.CANCELLED, true),
    /** The conversation has another owner. */
    EPOCH_CHANGED(ABORTED, true),
    /** A bot declared a failure. */
    AGENT_FAILED(FAILED_PRECONDITION, true),
    /** A bot failed otherwise; the cause stays there. */
    AGENT_ERROR(INTERNAL, true),
    /** Another process holds a lease under this instance id. */
    INSTANCE_ID_TAKEN(ALREADY_EXISTS, false),
    /** The registry takes no more of these. */
    TOO_MANY_INSTANCES(RESOURCE_EXHAUSTED, false),
    /** The address is neither the caller's own nor in an allowed range. */
    ADDRESS_NOT_ALLOWED(INVALID_ARGUMENT, false),
    /** The watcher read too slowly and was dropped; watch again. */
    WATCHER_TOO_SLOW(UNAVAILABLE, false),
    /** The callee has no work under this message id. */
    UNKNOWN_WORK(NOT_FOUND, false),
    /** No span of this trace is kept. */
    UNKNOWN_TRACE(NOT_FOUND, false),
    /** No conversation of this id. */
    UNKNOWN_CONVERSATION(NOT_FOUND, false),
    /** A conversation cannot be transferred to its owner. */
    TRANSFER_TO_SELF(FAILED_PRECONDITION, false),
    /** An internal agent never owns a conversation. */
    TARGET_INTERNAL(FAILED_PRECONDITION, false),
    /** Another transfer of the conversation is under way. */
    TRANSFER_OPEN(FAILED_PRECONDITION, false),
    /** Too many transfers between the same two. */
    PING_PONG(FAILED_PRECONDITION, false),
    /** The conversation is stopped; activate it first. */
    CONVERSATION_STOPPED(FAILED_PRECONDITION, false),
    /** The person does not hold the conversation. */
    NOT_CLAIMED(FAILED_PRECONDITION, false),
    /** What was to be written could not be made durable; nothing was taken in. */
    LOG_UNAVAILABLE(UNAVAILABLE, false),
    /** No suggested reply of this turn waits. */
    UNKNOWN_SUGGESTION(NOT_FOUND, false),
    /** Nobody of that name works at the desk. */
    UNKNOWN_PERSON(NOT_FOUND, false),
    /** No live agent declares this skill. */
    UNKNOWN_SKILL(NOT_FOUND, false),
    /** No task of this id. */
    UNKNOWN_TASK(NOT_FOUND, false),
    /** The task asks for no input. */
    TASK_NOT_WAITING(FAILED_PRECONDITION, false),
    /** As many tasks wait for the agent as its queue holds. */
    QUEUE_FULL(RESOURCE_EXHAUSTED, false),
    /** The task waited longer for its agent than it may. */
    QUEUE_EXPIRED(DEADLINE_EXCEEDED, true),
    /** The task ran longer than it may. */
    RUN_TIMEOUT(DEADLINE_EXCEEDED, true),
    /** A budget of the chain, the conversation or the account is spent. */
    BUDGET_SPENT(FAILED_PRECONDITION, false),
    /** The agent neither owns the conversation nor is a member. */
    NOT_A_MEMBER(FAILED_PRECONDITION, false),
    /** A connection, a conversation or an account has as many of these as it may. */
    QUOTA_EXCEEDED(RESOURCE_EXHAUSTED, false);

    /** The gRPC status code that it travels under. */
    public final Status.Code code;

    final boolean started;

    Reason(Status.Code code, boolean started) {
        this.code = code;
        this.started = started;
    }

    /** As it stands in google.rpc.ErrorInfo. */
    public String wireName() {
        return name();
    }

    /** The reason of that name; UNSPECIFIED where this version does not know it. */
    static Reason of(String name) {
        for (Reason reason : values()) {
            if (reason.wireName().equals(name)) {
                return reason;
            }
        }
        return UNSPECIFIED;
    }
}
