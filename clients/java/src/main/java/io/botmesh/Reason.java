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

/** Why a call was refused or failed: the values of ErrorReason in the contract, without their prefix. */
public enum Reason {
    /** A status without a Botmesh reason, from gRPC itself or from a peer that does not speak Botmesh. */
    UNSPECIFIED(UNKNOWN, true),
    /** The deadline is over max_timeout. */
    DEADLINE_TOO_LONG(INVALID_ARGUMENT, false),
    /** The call would exceed the hop limit of the chain. */
    HOP_LIMIT(FAILED_PRECONDITION, false),
    /** The called agent is already in the path of the chain. */
    LOOP(FAILED_PRECONDITION, false),
    /** The conversation has max_delegations open delegations. */
    TOO_MANY_DELEGATIONS(RESOURCE_EXHAUSTED, false),
    /** The instance runs as much work as it can track. */
    TOO_MUCH_WORK(RESOURCE_EXHAUSTED, false),
    /** The message id was used before with another payload. */
    MESSAGE_ID_REUSED(INVALID_ARGUMENT, false),
    /** Delegations are switched off in the mesh or at the agent. */
    DISABLED(FAILED_PRECONDITION, false),
    /** A field or metadata key is malformed. */
    INVALID_FIELD(INVALID_ARGUMENT, false),
    /** The message and the metadata contradict each other. */
    METADATA_MISMATCH(INVALID_ARGUMENT, false),
    /** The agent has no function for this method. */
    NOT_SUPPORTED(UNIMPLEMENTED, false),
    /** No agent of this name is registered, or it is not visible to the account. */
    UNKNOWN_AGENT(NOT_FOUND, false),
    /** The registry does not know the lease; register again. */
    UNKNOWN_LEASE(NOT_FOUND, false),
    /** The agent is registered, but no instance is ready. */
    NO_LIVE_INSTANCE(UNAVAILABLE, false),
    /** No connection could be made; nothing was sent. */
    UNREACHABLE(UNAVAILABLE, false),
    /** Another instance answers at this address. */
    WRONG_INSTANCE(UNAVAILABLE, false),
    /** The instance is stopping and accepts no new work. */
    DRAINING(UNAVAILABLE, false),
    /** The registry does not answer. */
    REGISTRY_UNREACHABLE(UNAVAILABLE, false),
    /** The connection was lost during the call: the work may have run or not. The same message id joins it. */
    OUTCOME_UNKNOWN(UNAVAILABLE, true),
    /** A message or a streamed reply is over its size limit. */
    MESSAGE_TOO_LARGE(RESOURCE_EXHAUSTED, true),
    /** The deadline passed before the call was done. */
    DEADLINE_EXPIRED(DEADLINE_EXCEEDED, true),
    /** No event arrived within stream_idle_timeout. */
    STREAM_IDLE(DEADLINE_EXCEEDED, true),
    /** The call or its work was cancelled. */
    CANCELLED(Status.Code.CANCELLED, true),
    /** The conversation has another owner by now. */
    EPOCH_CHANGED(ABORTED, true),
    /** The bot reported a failure, with its own text. */
    AGENT_FAILED(FAILED_PRECONDITION, true),
    /** The bot failed unexpectedly; only its log has the cause. */
    AGENT_ERROR(INTERNAL, true),
    /** Another process holds a lease under this instance id. */
    INSTANCE_ID_TAKEN(ALREADY_EXISTS, false),
    /** The registry accepts no more instances or agents. */
    TOO_MANY_INSTANCES(RESOURCE_EXHAUSTED, false),
    /** The address is neither the caller's own nor in an allowed range. */
    ADDRESS_NOT_ALLOWED(INVALID_ARGUMENT, false),
    /** The watcher read too slowly and was disconnected; watch again. */
    WATCHER_TOO_SLOW(UNAVAILABLE, false),
    /** No span of this trace is stored. */
    UNKNOWN_TRACE(NOT_FOUND, false),
    /** No conversation has this id. */
    UNKNOWN_CONVERSATION(NOT_FOUND, false),
    /** The target of the transfer is the owner already. */
    TRANSFER_TO_SELF(FAILED_PRECONDITION, false),
    /** The target is an internal agent, which cannot own a conversation. */
    TARGET_INTERNAL(FAILED_PRECONDITION, false),
    /** Another transfer of the conversation is in progress. */
    TRANSFER_OPEN(FAILED_PRECONDITION, false),
    /** Too many transfers between the same two owners. */
    PING_PONG(FAILED_PRECONDITION, false),
    /** The conversation is stopped; activate it first. */
    CONVERSATION_STOPPED(FAILED_PRECONDITION, false),
    /** The person has not claimed the conversation. */
    NOT_CLAIMED(FAILED_PRECONDITION, false),
    /** The event log could not be written; nothing was changed. */
    LOG_UNAVAILABLE(UNAVAILABLE, false),
    /** The turn has no pending suggestion. */
    UNKNOWN_SUGGESTION(NOT_FOUND, false),
    /** The desk has no person of this name. */
    UNKNOWN_PERSON(NOT_FOUND, false),
    /** No live agent declares this skill. */
    UNKNOWN_SKILL(NOT_FOUND, false),
    /** No task has this id. */
    UNKNOWN_TASK(NOT_FOUND, false),
    /** The task is not waiting for input. */
    TASK_NOT_WAITING(FAILED_PRECONDITION, false),
    /** The agent's task queue is full. */
    QUEUE_FULL(RESOURCE_EXHAUSTED, false),
    /** The task waited too long in the queue. */
    QUEUE_EXPIRED(DEADLINE_EXCEEDED, true),
    /** The task ran longer than its run timeout. */
    RUN_TIMEOUT(DEADLINE_EXCEEDED, true),
    /** A budget of the chain, the conversation or the account is spent. */
    BUDGET_SPENT(FAILED_PRECONDITION, false),
    /** The agent is neither the owner nor a member of the conversation. */
    NOT_A_MEMBER(FAILED_PRECONDITION, false),
    /** A quota of the connection, the conversation or the account is used up. */
    QUOTA_EXCEEDED(RESOURCE_EXHAUSTED, false),
    /** No contact has this id, or nothing is known about it. */
    UNKNOWN_CONTACT(NOT_FOUND, false),
    /** The address belongs to another contact. */
    ADDRESS_TAKEN(ALREADY_EXISTS, false),
    /** The contact already has an open conversation on the channel. */
    CONVERSATION_OPEN(FAILED_PRECONDITION, false),
    /** The conversation has ended. */
    CONVERSATION_CLOSED(FAILED_PRECONDITION, false);

    /** The gRPC status code of errors with this reason. */
    public final Status.Code code;

    final boolean started;

    Reason(Status.Code code, boolean started) {
        this.code = code;
        this.started = started;
    }

    /** Returns the reason in google.rpc.ErrorInfo. */
    public String wireName() {
        return name();
    }

    /** Returns the reason of this name; UNSPECIFIED if this version does not know it. */
    static Reason of(String name) {
        for (Reason reason : values()) {
            if (reason.wireName().equals(name)) {
                return reason;
            }
        }
        return UNSPECIFIED;
    }
}
