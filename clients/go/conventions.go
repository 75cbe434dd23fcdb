package botmesh

import (
	"go.opentelemetry.io/otel/attribute"
	"google.golang.org/grpc/codes"
)

// Names of spans and attributes. Calls follow OpenTelemetry's RPC conventions, agents its GenAI agent conventions
// (https://opentelemetry.io/docs/specs/semconv/).

const retryEvent = "botmesh.retry"

func clientSpanName(target string) string { return "invoke_agent " + target }
func serverSpanName(method string) string { return method[1:] }

func startAttributes(method, agent string) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("rpc.system.name", "grpc"),
		attribute.String("rpc.method", method[1:]),
		attribute.String("gen_ai.operation.name", "invoke_agent"),
		attribute.String("gen_ai.agent.name", agent),
		attribute.String("botmesh.agent", agent),
	}
}

var codeNames = map[codes.Code]string{
	codes.OK: "OK", codes.Canceled: "CANCELLED", codes.Unknown: "UNKNOWN", codes.InvalidArgument: "INVALID_ARGUMENT",
	codes.DeadlineExceeded: "DEADLINE_EXCEEDED", codes.NotFound: "NOT_FOUND", codes.AlreadyExists: "ALREADY_EXISTS",
	codes.PermissionDenied: "PERMISSION_DENIED", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
	codes.FailedPrecondition: "FAILED_PRECONDITION", codes.Aborted: "ABORTED", codes.OutOfRange: "OUT_OF_RANGE",
	codes.Unimplemented: "UNIMPLEMENTED", codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE",
	codes.DataLoss: "DATA_LOSS", codes.Unauthenticated: "UNAUTHENTICATED",
}

// CodeName returns the name of a gRPC code as the specification spells it, such as "FAILED_PRECONDITION"; "" for a number
// that is no code.
func CodeName(code codes.Code) string { return codeNames[code] }

// outcomeAttributes returns the attributes that a span gets at its end: chain, status, error and usage.
func outcomeAttributes(c *call) []attribute.KeyValue {
	instance, code := c.endpoint.instance, codes.OK
	if c.atCaller {
		instance = c.peerInstance
	}
	if c.err != nil {
		code = c.err.Code
	}
	facts := []attribute.KeyValue{
		attribute.Int("botmesh.hop", c.hops()),
		attribute.StringSlice("botmesh.path", c.chain.path),
		attribute.String("botmesh.correlation_id", c.chain.correlationID),
		attribute.String("botmesh.account", c.chain.accountID),
		attribute.String("botmesh.instance", instance),
		attribute.String("rpc.response.status_code", CodeName(code)),
	}
	if len(c.chain.path) > 0 {
		facts = append(facts, attribute.String("botmesh.from", c.chain.path[len(c.chain.path)-1]))
	}
	if id := c.chain.conversationID; id != "" {
		facts = append(facts, attribute.String("gen_ai.conversation.id", id), attribute.String("botmesh.conversation_id", id))
	}
	if c.joined {
		facts = append(facts, attribute.Bool("botmesh.joined", true))
	}
	if e := c.err; e != nil {
		facts = append(facts, attribute.String("botmesh.reason", string(e.Reason)),
			attribute.String("error.type", string(e.Reason)), attribute.Bool("botmesh.started", e.Started))
		if e.Agent != "" {
			facts = append(facts, attribute.String("botmesh.raised_by", e.Agent))
		}
	}
	if u := c.usage; u != nil {
		facts = append(facts, attribute.String("gen_ai.request.model", u.Model),
			attribute.Int64("gen_ai.usage.input_tokens", u.InputTokens),
			attribute.Int64("gen_ai.usage.output_tokens", u.OutputTokens),
			attribute.Int64("botmesh.usage.cost_micros", u.CostMicros),
			attribute.String("botmesh.usage.currency", u.Currency))
	}
	return facts
}
