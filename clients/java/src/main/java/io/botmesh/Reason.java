package io.botmesh;

import static io.grpc.Status.Code.ABORTED;
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
    AGENT_ERROR(INTERNAL, true);

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
