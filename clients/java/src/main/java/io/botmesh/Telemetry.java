package io.botmesh;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The tracer of one named part of the mesh. Where OTEL_EXPORTER_OTLP_ENDPOINT names a receiver, spans go there; otherwise
 * to the endpoint that the registry names; an application's own OpenTelemetry is used as it is.
 */
final class Telemetry {
    private static final String SCOPE = "io.botmesh";
    private static final long FLUSH_SECONDS = 2;
    /** How long spans are held back for the mesh's own receiver. */
    private static final Duration OWN_DELAY = Duration.ofMillis(300);
    /** Spans in one export to it: well under the message size limit. */
    private static final int OWN_BATCH = 256;

    private final Tracer tracer;
    private final SdkTracerProvider provider; // null: the application's own
    private final Late late = new Late();
    private boolean exporting;

    Telemetry(String service, String instance, OpenTelemetry own) {
        if (own != null || "true".equalsIgnoreCase(System.getenv("OTEL_SDK_DISABLED"))) {
            TracerProvider given = own == null ? TracerProvider.noop() : own.getTracerProvider();
            tracer = given.get(SCOPE);
            provider = null;
            return;
        }
        AttributesBuilder facts = Attributes.builder().put(AttributeKey.stringKey("service.name"), service);
        if (!instance.isEmpty()) {
            facts.put("service.instance.id", instance);
        }
        provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(facts.build())))
                .addSpanProcessor(late)
                .build();
        tracer = provider.get(SCOPE);
        exportAsEnvironmentSays();
    }

    Tracer tracer() {
        return tracer;
    }

    private void exportAsEnvironmentSays() {
        String wanted = said("OTEL_TRACES_EXPORTER").toLowerCase();
        String everything = said("OTEL_EXPORTER_OTLP_ENDPOINT");
        String endpoint = everything.isEmpty() ? said("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") : everything;
        switch (wanted) {
            case "none" -> exporting = true;
            case "", "otlp" -> {
                if (!endpoint.isEmpty() || !wanted.isEmpty()) {
                    export(endpoint.isEmpty() ? "http://127.0.0.1:4317" : endpoint, Duration.ofSeconds(10), null);
                }
            }
            default ->
                throw BotmeshException.invalid(
                        "OTEL_TRACES_EXPORTER",
                        "OTEL_TRACES_EXPORTER is '" + wanted + "'; Botmesh knows otlp and none");
        }
    }

    private static String said(String variable) {
        String text = System.getenv(variable);
        return text == null ? "" : text.trim();
    }

    /** Send spans to an endpoint by OTLP over gRPC, unless they already go somewhere. */
    synchronized void exportTo(String endpoint) {
        if (!endpoint.isEmpty() && !exporting && provider != null) {
            export("http://" + endpoint, Duration.ofSeconds(FLUSH_SECONDS), OWN_DELAY);
        }
    }

    private void export(String endpoint, Duration timeout, Duration delay) {
        var processor = BatchSpanProcessor.builder(OtlpGrpcSpanExporter.builder()
                .setEndpoint(endpoint)
                .setTimeout(timeout)
                .build());
        if (delay != null) {
            processor.setScheduleDelay(delay).setMaxExportBatchSize(OWN_BATCH);
        }
        late.inner = processor.build();
        exporting = true; // an endpoint that is none has thrown above
    }

    /** Export what is left, within 2 s. */
    void stop() {
        if (provider != null) {
            provider.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** A processor that learns only later where spans go. Those before that are let go. */
    private static final class Late implements SpanProcessor {
        volatile SpanProcessor inner = SpanProcessor.composite();

        @Override
        public void onStart(Context parent, ReadWriteSpan span) {
            inner.onStart(parent, span);
        }

        @Override
        public boolean isStartRequired() {
            return true;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            inner.onEnd(span);
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }

        @Override
        public CompletableResultCode shutdown() {
            return inner.shutdown();
        }

        @Override
        public CompletableResultCode forceFlush() {
            return inner.forceFlush();
        }
    }
}
