package botmesh

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Option sets an optional property of one delegation.
type Option func(*options)

type options struct {
	timeout        time.Duration
	hasTimeout     bool
	context        map[string]any
	skill          string
	conversationID string
	messageID      string
	maxHops        int
	parts          []*Part
}

// Timeout sets the time until the deadline. The default is the mesh's default timeout (30 s). Inside a task the deadline
// is always earlier than the task's own.
func Timeout(timeout time.Duration) Option {
	return func(o *options) { o.timeout, o.hasTimeout = timeout, true }
}

// Context sets the variables for the callee. The values must be representable in JSON.
func Context(values map[string]any) Option { return func(o *options) { o.context = values } }

// Skill names the callee's skill to use, by id.
func Skill(id string) Option { return func(o *options) { o.skill = id } }

// ConversationID sets the conversation of a client's call. A task's delegations always belong to the task's conversation.
func ConversationID(id string) Option { return func(o *options) { o.conversationID = id } }

// MessageID sets the idempotency key. A second call with the same id joins the running work or gets the same reply.
func MessageID(id string) Option { return func(o *options) { o.messageID = id } }

// MaxHops lowers the hop limit of the whole chain. It cannot raise the mesh's limit.
func MaxHops(hops int) Option { return func(o *options) { o.maxHops = hops } }

// Parts appends parts to the message, after the text.
func Parts(parts ...*Part) Option { return func(o *options) { o.parts = append(o.parts, parts...) } }

// delegator implements the calls that Task and Mesh have in common: Delegate, Send, Stream and Find.
type delegator struct {
	client *agentClient
	// newInvocation returns an invocation with an empty message, in the chain that the caller continues or starts.
	newInvocation func(target string, o options) (*invocation, error)
	onReply       func(*Reply)
}

// Delegate asks an agent to do a task and waits for the reply. agent is a name, or account/name for an agent that another
// account shares. Errors are *Error.
func (a *delegator) Delegate(ctx context.Context, agent, text string, opts ...Option) (*Reply, error) {
	invocation, err := a.compose(agent, text, opts)
	if err != nil {
		return nil, err
	}
	request := &pb.DelegateRequest{Message: invocation.message}
	response, call, err := a.client.invoke(ctx, "Delegate", invocation, request,
		func(ctx context.Context, peer *peer) (proto.Message, error) { return peer.stub.Delegate(ctx, request) })
	if err != nil {
		return nil, err
	}
	reply := replyFrom(response.(*pb.DelegateResponse).GetReply(), traceID(call.span))
	a.onReply(reply)
	return reply, nil
}

// Send delegates without waiting for the reply. It returns the message id as soon as the callee has accepted the work,
// which then runs until it ends or its timeout passes. Errors are *Error.
func (a *delegator) Send(ctx context.Context, agent, text string, opts ...Option) (string, error) {
	invocation, err := a.compose(agent, text, opts)
	if err != nil {
		return "", err
	}
	request := &pb.NotifyRequest{Message: invocation.message}
	_, _, err = a.client.invoke(ctx, "Notify", invocation, request,
		func(ctx context.Context, peer *peer) (proto.Message, error) { return peer.stub.Notify(ctx, request) })
	return invocation.message.MessageId, err
}

// Stream delegates like Delegate and returns the reply as a stream. Nothing is sent before the events are iterated.
func (a *delegator) Stream(ctx context.Context, agent, text string, opts ...Option) *ReplyStream {
	return &ReplyStream{run: func(take func(Event) bool) (*Reply, error) {
		invocation, err := a.compose(agent, text, opts)
		if err != nil {
			return nil, err
		}
		events := &collector{yield: take}
		call, err := a.client.stream(ctx, invocation, events.event)
		if events.stopped {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		reply := replyFrom(events.reply, traceID(call.span))
		a.onReply(reply)
		return reply, nil
	}}
}

// Match is an agent whose skills fit an utterance.
type Match struct {
	Agent      string  // to pass to Delegate: name, or account/name
	SkillID    string  // the skill that fits best
	Confidence float64 // 0 to 1
	Card       *pb.AgentCard
}

// Find returns the active agents whose skills match an utterance, best first, at most limit (1 to 100).
// Errors are *Error.
func (a *delegator) Find(ctx context.Context, query string, limit int) ([]Match, error) {
	directory := a.client.directory
	agents, err := directory.registry.find(ctx, &pb.FindAgentsRequest{
		AccountId: directory.account, Query: query, Limit: uint32(limit),
	})
	matches := make([]Match, 0, len(agents))
	for _, agent := range agents {
		name := agent.Card.Name
		if agent.Card.AccountId != directory.account {
			name = agent.Card.AccountId + "/" + name
		}
		matches = append(matches, Match{name, agent.SkillId, agent.Confidence, agent.Card})
	}
	return matches, err
}

func (a *delegator) compose(target, text string, opts []Option) (*invocation, error) {
	o := options{maxHops: noLimit}
	for _, opt := range opts {
		opt(&o)
	}
	if o.messageID != "" {
		if err := checkID("message_id", o.messageID); err != nil {
			return nil, err
		}
	} else {
		o.messageID = newID()
	}
	invocation, err := a.newInvocation(target, o)
	if err != nil {
		return nil, err
	}
	invocation.timeout, invocation.hasTimeout = o.timeout, o.hasTimeout
	invocation.chain = invocation.chain.narrowed(o.maxHops)
	variables, err := toStruct(o.context)
	if err != nil {
		return nil, err
	}
	_, name := splitName(target)
	message := invocation.message
	message.ToAgent, message.MessageId, message.SkillId, message.Context = name, o.messageID, o.skill, variables
	message.MessageType = pb.MessageType_MESSAGE_TYPE_DELEGATE
	message.CorrelationId, message.ConversationId = invocation.chain.correlationID, invocation.chain.conversationID
	message.AccountId, message.Timestamp = invocation.chain.accountID, timestamppb.Now()
	if text != "" {
		message.Payload = append(message.Payload, Text(text))
	}
	message.Payload = append(message.Payload, o.parts...)
	return invocation, nil
}
