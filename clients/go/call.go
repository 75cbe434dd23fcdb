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

// methodClass says which policies a method has.
type methodClass int

const (
	work    methodClass = 1 << iota // all of them
	control                         // deadline and message size
	watch                           // keepalive, and no deadline
	always  = work | control | watch
)

const agentServicePath = "/botmesh.v1.AgentService/"

var workMethods = map[string]bool{
	agentServicePath + "Delegate": true, agentServicePath + "DelegateStream": true,
	agentServicePath + "Transfer": true, agentServicePath + "Notify": true,
}

// classOf is the class of a method by its full name; of an unknown one by whether it streams.
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

// call is one call at one end, as the policies see it.
type call struct {
	endpoint *endpoint
	method   string
	class    methodClass
	atCaller bool
	limits   Limits
	ceiling  Limits

	ctx      context.Context // the caller's; at the callee that of the call, with its span once there is one
	chain    chain
	metadata metadata.MD   // as it arrived (callee)
	request  proto.Message // as it arrived, or is to leave; nil: it could not be read
	message  *pb.Message   // of a work method
	target   string        // who is called: a name, or account/name (caller)

	requestedTimeout time.Duration // what was asked for (caller) or arrived (callee); 0: not said
	hasTimeout       bool
	deadline         time.Time // at the caller: the parent's, until the deadline policy has made this call's own of it
	requestSize      int
	unreadable       *Error    // why there is no request (callee)
	replySize        replySize // of the events so far (caller)

	work         *workItem // what runs for this call (callee)
	joined       bool      // whether the work was there before this call
	peerInstance string    // which instance answered (caller)
	usage        *pb.Usage // what the callee spent
	err          *Error
	span         trace.Span
	startedAt    time.Time
	cleanups     []func() // what to undo when the call is over
}

func (e *endpoint) newCall(ctx context.Context, method string, class methodClass, atCaller bool) *call {
	ceiling, limits := e.currentLimits()
	return &call{
		endpoint: e, method: method, class: class, atCaller: atCaller, limits: limits, ceiling: ceiling, ctx: ctx,
		chain: chain{maxHops: noLimit}, span: trace.SpanFromContext(context.Background()), startedAt: time.Now(),
	}
}

// hops is how many hops the chain has with this call.
func (c *call) hops() int { return len(c.chain.path) }

type callKey struct{}

// callIn is the call that is being served; nil outside one.
func callIn(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}
