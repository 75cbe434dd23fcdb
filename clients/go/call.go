package botmesh

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// methodClass decides which policies apply to a method.
type methodClass int

const (
	work    methodClass = 1 << iota // all policies
	control                         // deadline and message size
	watch                           // no deadline; keepalive finds a dead connection
	always  = work | control | watch
)

const agentServicePath = "/botmesh.v1.AgentService/"

var workMethods = map[string]bool{
	agentServicePath + "Delegate": true, agentServicePath + "DelegateStream": true,
	agentServicePath + "Transfer": true, agentServicePath + "Notify": true,
}

// classOf returns the class of a method, given its full name ("/package.Service/Method") and whether it streams.
func classOf(method string, streams bool) methodClass {
	switch {
	case workMethods[method]:
		return work
	case streams || strings.HasPrefix(method, "/grpc.health.") || strings.HasPrefix(method, "/grpc.reflection."):
		return watch
	default:
		return control
	}
}

// call is the state of one call at one end. The policies read and complete it.
type call struct {
	endpoint *endpoint
	method   string
	class    methodClass
	atCaller bool
	limits   Limits
	ceiling  Limits

	ctx      context.Context // of the call; the trace policy adds the span
	chain    chain
	metadata metadata.MD   // received (callee)
	request  proto.Message // received, or to be sent; nil: it could not be parsed
	message  *pb.Message   // of a work method
	target   string        // the called agent: name, or account/name (caller)

	requestedTimeout time.Duration // set by the application (caller) or received (callee); valid if hasTimeout
	hasTimeout       bool
	deadline         time.Time // of this call; at the caller, the parent's until the deadline policy has run
	requestSize      int       // serialized bytes
	unreadable       *Error    // the parse error of the request (callee)
	replySize        replySize // of the events so far (caller)

	work         *workItem // the work of this call (callee)
	joined       bool      // whether the call joined existing work
	peerInstance string    // the instance of the latest attempt (caller)
	usage        *pb.Usage // the callee's own usage
	err          *Error
	span         trace.Span
	startedAt    time.Time
	cleanups     []func() // run when the call is over
}

func (e *endpoint) newCall(ctx context.Context, method string, class methodClass, atCaller bool) *call {
	ceiling, limits := e.currentLimits()
	return &call{
		endpoint: e, method: method, class: class, atCaller: atCaller, limits: limits, ceiling: ceiling, ctx: ctx,
		chain: chain{maxHops: noLimit}, span: trace.SpanFromContext(context.Background()), startedAt: time.Now(),
	}
}

// hops returns the number of hops of the chain, this call included.
func (c *call) hops() int { return len(c.chain.path) }

type callKey struct{}

// callIn returns the call that ctx serves; nil if there is none.
func callIn(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}
