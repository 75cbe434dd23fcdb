package io.botmesh;

import io.grpc.Metadata;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;

/** Opens a client span and a server span for each hop. All spans of a chain belong to one trace. */
final class TracePolicy implements Policy {
    private static final W3CTraceContextPropagator PROPAGATOR = W3CTraceContextPropagator.getInstance();
    private static final TextMapGetter<Metadata> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Metadata metadata) {
            return metadata.keys();
        }

        @Override
        public String get(Metadata metadata, String key) {
            return metadata.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
        }
    };
    private static final TextMapSetter<Metadata> SETTER =
            (metadata, key, value) -> metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);

    /** Opens a client span under the current span or the task's server span. */
    @Override
    public void caller(Call call) {
        if (call.kind == Call.Kind.WORK) {
            open(call, call.context, "invoke_agent " + call.target, SpanKind.CLIENT, call.target);
        }
    }

    /** Opens a server span under the caller's span. */
    @Override
    public void callee(Call call) {
        Context parent = PROPAGATOR.extract(Context.root(), call.metadata, GETTER);
        open(call, parent, call.method, SpanKind.SERVER, call.endpoint.agent);
    }

    private static void open(Call call, Context parent, String name, SpanKind kind, String agent) {
        call.span = call.endpoint
                .telemetry
                .tracer()
                .spanBuilder(name)
                .setParent(parent)
                .setSpanKind(kind)
                .setAllAttributes(Conventions.start(call.method, agent))
                .startSpan();
        call.context = parent.with(call.span);
    }

    /** Records the outcome on the span and in the counters. */
    @Override
    public void finish(Call call) {
        if (call.span.isRecording()) {
            call.span.setAllAttributes(Conventions.outcome(call));
            if (call.error != null) {
                call.span.setStatus(StatusCode.ERROR, call.error.reason().wireName() + ": " + call.error.getMessage());
            }
        }
        call.span.end();
        call.endpoint.stats.record(call);
    }

    /** Returns the metadata of an attempt: trace context, chain and the addressed instance. */
    static Metadata inject(Call call, String instance) {
        String to = Names.nameOf(call.target) + "/" + instance;
        return injectSpan(call, call.chain.addressedTo(to).toMetadata());
    }

    /** Adds the trace context of a call to metadata. */
    static Metadata injectSpan(Call call, Metadata metadata) {
        PROPAGATOR.inject(call.context, metadata, SETTER);
        return metadata;
    }

    /** Adds an event to the client span for a failed attempt that is retried. */
    static void recordRetry(Call call, int attempt, BotmeshException error, String instance) {
        call.span.addEvent(
                "botmesh.retry",
                Attributes.of(
                        AttributeKey.longKey("botmesh.attempt"),
                        (long) attempt,
                        AttributeKey.stringKey("botmesh.reason"),
                        error.reason().wireName(),
                        AttributeKey.stringKey("botmesh.instance"),
                        instance));
    }
}
