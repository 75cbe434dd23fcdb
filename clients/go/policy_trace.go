package botmesh

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/metadata"
)

// tracePolicy records a span at each end of a call. All spans of a chain have one trace id.
type tracePolicy struct{ noopPolicy }

var propagator = propagation.TraceContext{}

// carrier adapts gRPC metadata to the propagator.
type carrier metadata.MD

func (m carrier) Get(key string) string {
	if values := metadata.MD(m).Get(key); len(values) > 0 {
		return values[0]
	}
	return ""
}
func (m carrier) Set(key, value string) { metadata.MD(m).Set(key, value) }
func (m carrier) Keys() []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	return keys
}

// caller starts a client span as a child of the current span.
func (tracePolicy) caller(c *call) error {
	c.ctx, c.span = c.endpoint.telemetry.tracer.Start(c.ctx, clientSpanName(c.target),
		trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(startAttributes(c.method, c.target)...))
	return nil
}

// callee starts a server span as a child of the caller's span.
func (tracePolicy) callee(c *call) error {
	ctx := propagator.Extract(c.ctx, carrier(c.metadata))
	c.ctx, c.span = c.endpoint.telemetry.tracer.Start(ctx, serverSpanName(c.method),
		trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(startAttributes(c.method, c.endpoint.agent)...))
	return nil
}

// finish records the outcome on the span and in the stats.
func (tracePolicy) finish(c *call) {
	if c.span.IsRecording() {
		c.span.SetAttributes(outcomeAttributes(c)...)
		if c.err != nil {
			c.span.SetStatus(codes.Error, string(c.err.Reason)+": "+c.err.Text)
		}
	}
	c.span.End()
	c.endpoint.stats.record(c)
}

// inject returns the metadata of an attempt at an instance: the chain and the span.
func inject(c *call, instance string) metadata.MD {
	addressed := c.chain
	_, name := splitName(c.target)
	addressed.to = name + "/" + instance
	md := addressed.metadata()
	propagator.Inject(c.ctx, carrier(md))
	return md
}

func traceID(span trace.Span) string {
	if id := span.SpanContext().TraceID(); id.IsValid() {
		return id.String()
	}
	return ""
}

// retried adds an event to the client span: an attempt failed and another follows.
func (c *call) retried(attempt int, e *Error, instance string) {
	c.span.AddEvent(retryEvent, trace.WithAttributes(
		attribute.Int("botmesh.attempt", attempt), attribute.String("botmesh.reason", string(e.Reason)),
		attribute.String("botmesh.instance", instance),
	))
}
