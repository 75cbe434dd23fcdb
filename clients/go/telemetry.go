package botmesh

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

const (
	scope        = "github.com/botmesh/botmesh/clients/go"
	flushTimeout = 2 * time.Second
	ownDelay     = 300 * time.Millisecond // longest delay before spans are exported to the mesh's receiver
	ownBatch     = 256                    // spans per export to it; well under the message size limit
)

// telemetry owns the tracer of this process. It exports spans to OTEL_EXPORTER_OTLP_ENDPOINT, or else to the endpoint that
// the registry announces. A provider of the application is used unchanged.
type telemetry struct {
	tracer   trace.Tracer
	provider *sdktrace.TracerProvider // nil: the application's own is used, or tracing is off

	mu        sync.Mutex
	exporting bool
}

func newTelemetry(service, instance string, own trace.TracerProvider) (*telemetry, error) {
	if own != nil {
		return &telemetry{tracer: own.Tracer(scope), exporting: true}, nil
	}
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") {
		return &telemetry{tracer: noop.NewTracerProvider().Tracer(scope), exporting: true}, nil
	}
	facts := []attribute.KeyValue{attribute.String("service.name", service)}
	if instance != "" {
		facts = append(facts, attribute.String("service.instance.id", instance))
	}
	attributes := resource.NewSchemaless(facts...)
	if merged, err := resource.Merge(resource.Default(), attributes); err == nil {
		attributes = merged
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithResource(attributes))
	t := &telemetry{tracer: provider.Tracer(scope), provider: provider}
	return t, t.exportAsEnvironmentSays()
}

func (t *telemetry) exportAsEnvironmentSays() error {
	wanted := strings.ToLower(strings.TrimSpace(os.Getenv("OTEL_TRACES_EXPORTER")))
	said := os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
	switch {
	case wanted == "none":
		t.exporting = true
	case wanted == "otlp" || wanted == "" && said:
		exporter, err := otlptracegrpc.New(context.Background()) // reads the OTEL_* variables itself
		if err != nil {
			return invalid("OTEL_EXPORTER_OTLP_ENDPOINT", "cannot export traces: %v", err)
		}
		t.exporting = true
		t.provider.RegisterSpanProcessor(sdktrace.NewBatchSpanProcessor(exporter))
	case wanted != "":
		return invalid("OTEL_TRACES_EXPORTER", "OTEL_TRACES_EXPORTER is %q; Botmesh knows otlp and none", wanted)
	}
	return nil
}

// exportTo starts the export of spans to an endpoint, by OTLP over gRPC, unless spans are already exported.
func (t *telemetry) exportTo(endpoint string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if endpoint == "" || t.exporting || t.provider == nil {
		return
	}
	exporter, err := otlptracegrpc.New(context.Background(), otlptracegrpc.WithEndpoint(endpoint),
		otlptracegrpc.WithInsecure(), otlptracegrpc.WithTimeout(flushTimeout))
	if err != nil {
		return // the process works without traces
	}
	t.exporting = true
	t.provider.RegisterSpanProcessor(sdktrace.NewBatchSpanProcessor(exporter,
		sdktrace.WithBatchTimeout(ownDelay), sdktrace.WithMaxExportBatchSize(ownBatch)))
}

// stop exports the remaining spans within flushTimeout.
func (t *telemetry) stop() {
	if t.provider == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // on an error the remaining spans are lost
}
