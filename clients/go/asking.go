package botmesh

import (
	"context"
	"iter"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Option says something of a delegation, besides whom and what.
type Option func(*options)

type options struct {
	timeout        time.Duration
	timed          bool
	context        map[string]any
	skill          string
	conversationID string
	messageID      string
	maxHops        int
	parts          []*Part
}

// Timeout is how long the callee has; default the mesh's (30 s), never more than what is left of the parent's.
func Timeout(timeout time.Duration) Option {
	return func(o *options) { o.timeout, o.timed = timeout, true }
}

// Context holds variables for the callee: what JSON can hold.
func Context(values map[string]any) Option { return func(o *options) { o.context = values } }

// Skill is the callee's skill that is meant.
func Skill(id string) Option { return func(o *options) { o.skill = id } }

// ConversationID is the conversation that a client's call belongs to; inside a task it is the task's own.
func ConversationID(id string) Option { return func(o *options) { o.conversationID = id } }

// MessageID is the idempotency key: the same one again joins the work or gets the same reply.
func MessageID(id string) Option { return func(o *options) { o.messageID = id } }

// MaxHops is the most hops of the whole chain, if fewer than the mesh allows.
func MaxHops(hops int) Option { return func(o *options) { o.maxHops = hops } }

// Parts are further parts after the text.
func Parts(parts ...*Part) Option { return func(o *options) { o.parts = append(o.parts, parts...) } }

// asking is what both a Task and a Mesh can do.
type asking struct {
	calls *caller
	// begin is an ask with an empty message, in the chain that this continues or starts.
	begin func(target string, o options) (*ask, error)
	spent func(*Reply)
}

// Delegate asks an agent to do a task and waits for its reply. `agent` is a name, or account/name for one that another
// account shares. Errors are *Error.
func (a *asking) Delegate(ctx context.Context, agent, text string, opts ...Option) (*Reply, error) {
	ask, err := a.compose(agent, text, opts)
	if err != nil {
		return nil, err
	}
	request := &pb.DelegateRequest{Message: ask.message}
	response, made, err := a.calls.unary(ctx, "Delegate", ask, request,
		func(ctx context.Context, one *peer) (proto.Message, error) { return one.stub.Delegate(ctx, request) })
	if err != nil {
		return nil, err
	}
	reply := replyFrom(response.(*pb.DelegateResponse).GetReply(), traceID(made.span))
	a.spent(reply)
	return reply, nil
}

// Send delegates without waiting for the reply. It returns the message id as soon as the callee has accepted the work,
// which then runs until it ends or its timeout passes. Errors are *Error.
func (a *asking) Send(ctx context.Context, agent, text string, opts ...Option) (string, error) {
	ask, err := a.compose(agent, text, opts)
	if err != nil {
		return "", err
	}
	request := &pb.NotifyRequest{Message: ask.message}
	_, _, err = a.calls.unary(ctx, "Notify", ask, request,
		func(ctx context.Context, one *peer) (proto.Message, error) { return one.stub.Notify(ctx, request) })
	return ask.message.MessageId, err
}

// ReplyStream is a reply as it comes.
type ReplyStream struct {
	run   func(take func(Event) bool) (*Reply, error)
	reply *Reply
	err   error
}

// Events iterates over the events, once. Leaving the loop early cancels the callee.
func (s *ReplyStream) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) { s.reply, s.err = s.run(yield) }
}

// Reply is the whole reply, or why there is none, once the events have ended; nil and no error where the loop was left.
func (s *ReplyStream) Reply() (*Reply, error) { return s.reply, s.err }

// Stream is as Delegate, with the reply as it comes. Nothing is sent before the events are iterated.
func (a *asking) Stream(ctx context.Context, agent, text string, opts ...Option) *ReplyStream {
	return &ReplyStream{run: func(take func(Event) bool) (*Reply, error) {
		ask, err := a.compose(agent, text, opts)
		if err != nil {
			return nil, err
		}
		collected := &collector{take: take}
		made, err := a.calls.stream(ctx, ask, collected.event)
		if collected.left {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		reply := replyFrom(collected.reply, traceID(made.span))
		a.spent(reply)
		return reply, nil
	}}
}

// collector turns the contract's events into ours and puts the reply together.
type collector struct {
	take  func(Event) bool
	got   pieces
	reply *pb.Reply
	left  bool
}

func (c *collector) event(response *pb.DelegateStreamResponse) bool {
	switch event := response.Event.(type) {
	case *pb.DelegateStreamResponse_Partial:
		part := event.Partial.Part
		if part == nil {
			part = &pb.Part{}
		}
		c.got.add(part, event.Partial.Append)
		return c.tell(Event{Part: part, Append: event.Partial.Append})
	case *pb.DelegateStreamResponse_Progress:
		return c.tell(Event{Progress: event.Progress.Text, Fraction: event.Progress.Fraction})
	case *pb.DelegateStreamResponse_Reset_:
		c.got = pieces{}
		return c.tell(Event{Reset: event.Reset_.Reason})
	case *pb.DelegateStreamResponse_Reply:
		c.reply = c.got.whole(event.Reply)
		for _, part := range event.Reply.GetMessage().GetPayload() {
			if !c.tell(Event{Part: part}) {
				return false
			}
		}
	}
	return true
}

func (c *collector) tell(event Event) bool {
	c.left = c.left || !c.take(event)
	return !c.left
}

// Match is an agent that fits an utterance.
type Match struct {
	Agent      string  // what to delegate to
	SkillID    string  // the skill that fits best
	Confidence float64 // 0 to 1
	Card       *pb.AgentCard
}

// Find names the active agents whose skills fit an utterance, best first, at most `limit` (1 to 100).
func (a *asking) Find(ctx context.Context, query string, limit int) ([]Match, error) {
	directory := a.calls.directory
	found, err := directory.registry.find(ctx, &pb.FindAgentsRequest{
		AccountId: directory.account, Query: query, Limit: uint32(limit),
	})
	matches := make([]Match, 0, len(found))
	for _, one := range found {
		name := one.Card.Name
		if one.Card.AccountId != directory.account {
			name = one.Card.AccountId + "/" + name
		}
		matches = append(matches, Match{name, one.SkillId, one.Confidence, one.Card})
	}
	return matches, err
}

func (a *asking) compose(target, text string, opts []Option) (*ask, error) {
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
	made, err := a.begin(target, o)
	if err != nil {
		return nil, err
	}
	made.timeout, made.timed = o.timeout, o.timed
	made.chain = made.chain.narrowed(o.maxHops)
	variables, err := toStruct(o.context)
	if err != nil {
		return nil, err
	}
	_, name := splitName(target)
	message := made.message
	message.ToAgent, message.MessageId, message.SkillId, message.Context = name, o.messageID, o.skill, variables
	message.MessageType = pb.MessageType_MESSAGE_TYPE_DELEGATE
	message.CorrelationId, message.ConversationId = made.chain.correlationID, made.chain.conversationID
	message.AccountId, message.Timestamp = made.chain.accountID, timestamppb.Now()
	if text != "" {
		message.Payload = append(message.Payload, Text(text))
	}
	message.Payload = append(message.Payload, o.parts...)
	return made, nil
}
