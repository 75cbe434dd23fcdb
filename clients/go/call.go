package botmesh

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
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

const agentService = "/botmesh.v1.AgentService/"

var workMethods = map[string]bool{
	agentService + "Delegate": true, agentService + "DelegateStream": true,
	agentService + "Transfer": true, agentService + "Notify": true,
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

// end is this process's end of its calls: who it is, what it allows, what it counts.
type end struct {
	telemetry *telemetry
	log       *slog.Logger
	account   string
	agent     string // the agent that this process serves; empty: a client that is no agent
	instance  string
	shared    bool // whether other accounts may call this agent
	directory *directory
	works     *workTable
	stats     stats
	draining  atomic.Bool

	mu       sync.Mutex
	ceiling  Limits // the mesh's
	limits   Limits // the mesh's, narrowed by environment and agent
	narrow   []Narrow
	incoming map[[2]string]int // open delegations to this instance, by conversation
	outgoing map[[2]string]int // open delegations of this instance, by conversation
}

func newEnd(account string, settings Settings, narrow ...Narrow) *end {
	made := &end{
		account: account, incoming: map[[2]string]int{}, outgoing: map[[2]string]int{},
		narrow: append([]Narrow{settings.Narrow}, narrow...), works: newWorkTable(settings),
		log: slog.Default(),
	}
	made.learn(DefaultLimits())
	return made
}

// learn takes the mesh's limits as the ceiling.
func (e *end) learn(limits Limits) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ceiling, e.limits = limits, limits
	for _, narrow := range e.narrow {
		e.limits = e.limits.narrow(narrow)
	}
}

func (e *end) bounds() (ceiling, limits Limits) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ceiling, e.limits
}

// namedIn is this agent as it stands in a chain's path.
func (e *end) namedIn(c chain) string {
	if e.account == c.accountID {
		return e.agent
	}
	return e.account + "/" + e.agent
}

// call is one call at one end, as the policies see it.
type call struct {
	end      *end
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

	asked       time.Duration // what was asked for (caller) or arrived (callee); 0: not said
	hasAsked    bool
	deadline    time.Time // at the caller: the parent's, until the deadline policy has made this call's own of it
	requestSize int
	unreadable  *Error    // why there is no request (callee)
	streamed    replySize // of the events so far (caller)

	work         *workItem // what runs for this call (callee)
	joined       bool      // whether the work was there before this call
	peerInstance string    // which instance answered (caller)
	usage        *pb.Usage // what the callee spent
	err          *Error
	span         trace.Span
	began        time.Time
	atEnd        []func() // what to undo when the call is over
}

func (e *end) newCall(ctx context.Context, method string, class methodClass, atCaller bool) *call {
	ceiling, limits := e.bounds()
	return &call{
		end: e, method: method, class: class, atCaller: atCaller, limits: limits, ceiling: ceiling, ctx: ctx,
		chain: chain{maxHops: noLimit}, span: trace.SpanFromContext(context.Background()), began: time.Now(),
	}
}

// hops is how many hops the chain has with this call.
func (c *call) hops() int { return len(c.chain.path) }

type callKey struct{}

// callIn is the call that is being served; nil outside one.
func callIn(ctx context.Context) *call {
	found, _ := ctx.Value(callKey{}).(*call)
	return found
}
