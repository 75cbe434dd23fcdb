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
 * The tracer of this process and the export of its spans: to OTEL_EXPORTER_OTLP_ENDPOINT if it is set, otherwise to the
 * endpoint that the registry announces. An application's own OpenTelemetry is used unchanged.
 */
final class Telemetry {
    private static final String SCOPE = "io.botmesh";
    private static final long FLUSH_SECONDS = 2;
    /** The delay between exports to the mesh's own receiver. */
    private static final Duration MESH_DELAY = Duration.ofMillis(300);
    /** The largest number of spans in one export to the mesh's receiver: well under its message size limit. */
    private static final int MESH_BATCH = 256;

    private final Tracer tracer;
    private final SdkTracerProvider provider; // null if the application's own OpenTelemetry is used, or none
    private final DeferredProcessor deferredProcessor = new DeferredProcessor();
    private boolean exporting;

    Telemetry(String service, String instance, OpenTelemetry own) {
        if (own != null || "true".equalsIgnoreCase(System.getenv("OTEL_SDK_DISABLED"))) {
            TracerProvider tracerProvider = own == null ? TracerProvider.noop() : own.getTracerProvider();
            tracer = tracerProvider.get(SCOPE);
            provider = null;
            return;
        }
        AttributesBuilder facts = Attributes.builder().put(AttributeKey.stringKey("service.name"), service);
        if (!instance.isEmpty()) {
            facts.put("service.instance.id", instance);
        }
        provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(facts.build())))
                .addSpanProcessor(deferredProcessor)
                .build();
        tracer = provider.get(SCOPE);
        exportAsConfigured();
    }

    Tracer tracer() {
        return tracer;
    }

    private void exportAsConfigured() {
        String wanted = environment("OTEL_TRACES_EXPORTER").toLowerCase();
        String everything = environment("OTEL_EXPORTER_OTLP_ENDPOINT");
        String endpoint = everything.isEmpty() ? environment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") : everything;
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

    private static String environment(String variable) {
        String text = System.getenv(variable);
        return text == null ? "" : text.trim();
    }

    /** Exports spans to an endpoint (host and port) by OTLP over gRPC, unless they are exported already. */
    synchronized void exportTo(String endpoint) {
        if (!endpoint.isEmpty() && !exporting && provider != null) {
            export("http://" + endpoint, Duration.ofSeconds(FLUSH_SECONDS), MESH_DELAY);
        }
    }

    private void export(String endpoint, Duration timeout, Duration delay) {
        var processor = BatchSpanProcessor.builder(OtlpGrpcSpanExporter.builder()
                .setEndpoint(endpoint)
                .setTimeout(timeout)
                .build());
        if (delay != null) {
            processor.setScheduleDelay(delay).setMaxExportBatchSize(MESH_BATCH);
        }
        deferredProcessor.inner = processor.build();
        exporting = true; // only now: a malformed endpoint throws above
    }

    /** Exports the remaining spans, for up to 2 s. */
    void stop() {
        if (provider != null) {
            provider.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** A processor that passes spans to another one, which is set later. Spans that end before that are dropped. */
    private static final class DeferredProcessor implements SpanProcessor {
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
