package io.botmesh;

import io.botmesh.v1.Message;
import io.botmesh.v1.Usage;
import io.grpc.Metadata;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One unary or streaming call at one of its ends. The policies read and complete it. Times are by System.nanoTime. */
final class Call {
    static final String SERVICE = "botmesh.v1.AgentService/";
    private static final Set<String> WORK =
            Set.of(SERVICE + "Delegate", SERVICE + "DelegateStream", SERVICE + "Transfer", SERVICE + "Notify");

    /** Decides which policies apply to a method. */
    enum Kind {
        /** All policies. */
        WORK,
        /** Trace (at the callee), errors, fields, deadline and message size. */
        CONTROL
    }

    final Endpoint endpoint;
    final String method;
    final Kind kind;
    final boolean atCaller;
    final Limits limits;
    final Limits ceiling;
    final long began = System.nanoTime();
    final List<Runnable> atEnd = new ArrayList<>();
    Chain chain = Chain.NONE;
    /** The metadata that arrived (callee). */
    Metadata metadata;
    /** The request that arrived or is to be sent. */
    com.google.protobuf.Message request;
    /** Set if the request could not be read (callee). */
    BotmeshException unreadable;
    /** The message of a work method. */
    Message message;
    /** The called agent: a name, or account/name (caller). */
    String target = "";
    /** The timeout that was requested (caller) or arrived (callee); null: none. */
    Duration timeout;
    /** The deadline, if `timed`. At the caller it is the parent's deadline until DeadlinePolicy has run. */
    long deadline;

    boolean timed;
    int requestSize;
    /** Serialized bytes of a streamed reply so far, resets included (caller). */
    long replyBytes;
    /** The work that runs for this call (callee). */
    Work work;
    /** Whether the work existed before this call. */
    boolean joined;
    /** The id of the instance that was called last (caller). */
    String peerInstance = "";
    /** The usage that the callee reported for itself; null: none. */
    Usage usage;

    BotmeshException error;
    Span span = Span.getInvalid();
    /** The parent context of this call's span; after TracePolicy the context with the span itself. */
    Context context = Context.root();

    Call(Endpoint endpoint, String method, boolean atCaller) {
        this.endpoint = endpoint;
        this.method = method;
        this.kind = WORK.contains(method) ? Kind.WORK : Kind.CONTROL;
        this.atCaller = atCaller;
        this.limits = endpoint.limits;
        this.ceiling = endpoint.ceiling;
    }

    /** Returns the number of hops of the chain, this call included. */
    int hops() {
        return chain.path().size();
    }

    /** Returns the time until the deadline, never below 0; one day if there is no deadline. */
    Duration remaining() {
        return timed ? Duration.ofNanos(Math.max(0, deadline - System.nanoTime())) : Duration.ofDays(1);
    }

    /** Sets the deadline to now plus the timeout. */
    void endIn(Duration timeout) {
        deadline = System.nanoTime() + timeout.toNanos();
        timed = true;
    }

    /** Returns the trace id, 32 hex digits; empty if there is no valid span. */
    String traceId() {
        return span.getSpanContext().isValid() ? span.getSpanContext().getTraceId() : "";
    }
}
