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

/** One call at one end, as the policies see it, whether it streams or not. Times are of System.nanoTime. */
final class Call {
    static final String SERVICE = "botmesh.v1.AgentService/";
    private static final Set<String> WORK =
            Set.of(SERVICE + "Delegate", SERVICE + "DelegateStream", SERVICE + "Transfer", SERVICE + "Notify");

    /** Which policies a method has. */
    enum Kind {
        /** All of them. */
        WORK,
        /** Trace or not, errors, fields, deadline and message size. */
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
    /** As it arrived (callee). */
    Metadata metadata;
    /** As it arrived, or as it is to leave. */
    com.google.protobuf.Message request;
    /** Why there is no request that could be served (callee). */
    BotmeshException unreadable;
    /** Of a work method. */
    Message message;
    /** Who is called: a name, or account/name (caller). */
    String target = "";
    /** What was asked for (caller) or arrived (callee); null: not said. */
    Duration timeout;
    /** When the call ends, once `timed`. At the caller the parent's until the deadline policy has run. */
    long deadline;

    boolean timed;
    int requestSize;
    /** Of a streamed reply so far, resets included (caller). */
    long replyBytes;
    /** What runs for this call (callee). */
    Work work;
    /** Whether the work was there before this call. */
    boolean joined;
    /** Which instance answered (caller). */
    String peerInstance = "";
    /** What the callee spent. */
    Usage usage;

    BotmeshException error;
    Span span = Span.getInvalid();
    /** Under which span this call's own is opened; later the context with its own. */
    Context context = Context.root();

    Call(Endpoint endpoint, String method, boolean atCaller) {
        this.endpoint = endpoint;
        this.method = method;
        this.kind = WORK.contains(method) ? Kind.WORK : Kind.CONTROL;
        this.atCaller = atCaller;
        this.limits = endpoint.limits;
        this.ceiling = endpoint.ceiling;
    }

    /** How many hops the chain has with this call. */
    int hops() {
        return chain.path().size();
    }

    /** What is left until the deadline, never below 0. */
    Duration remaining() {
        return timed ? Duration.ofNanos(Math.max(0, deadline - System.nanoTime())) : Duration.ofDays(1);
    }

    void endIn(Duration timeout) {
        deadline = System.nanoTime() + timeout.toNanos();
        timed = true;
    }

    /** The trace's id, 32 hex digits; empty where nothing is traced. */
    String traceId() {
        return span.getSpanContext().isValid() ? span.getSpanContext().getTraceId() : "";
    }
}
