package botmesh

import (
	"context"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Task is a task in a chain: what a bot gets to work on. What it asks of other agents continues the chain.
type Task struct {
	delegator
	// Message is the whole message, as it came.
	Message *pb.Message

	call *call
	item *workItem

	mu        sync.Mutex
	usage     []*Usage
	afterText bool // whether the last piece was text
}

func newTask(c *call, calls *agentClient) *Task {
	task := &Task{Message: c.message, call: c, item: c.work}
	task.delegator = delegator{client: calls, newInvocation: task.newInvocation, onReply: task.addUsage}
	return task
}

// Text joins the text parts, a line each.
func (t *Task) Text() string { return TextOf(t.Message.Payload) }

// Parts are all parts, in order.
func (t *Task) Parts() []*Part { return t.Message.Payload }

// Context holds the variables that the caller gave.
func (t *Task) Context() map[string]any { return t.Message.GetContext().AsMap() }

// Skill is the skill that is meant; empty: the bot decides.
func (t *Task) Skill() string { return t.Message.SkillId }

// FromAgent is the agent that asks; empty: a client that is no agent.
func (t *Task) FromAgent() string {
	if path := t.call.chain.path; t.Message.FromAgent == "" && len(path) > 0 {
		return path[len(path)-1]
	}
	return t.Message.FromAgent
}

// MessageID is the idempotency key; empty if the caller gave none.
func (t *Task) MessageID() string { return t.Message.MessageId }

// CorrelationID is the chain's id.
func (t *Task) CorrelationID() string { return t.call.chain.correlationID }

// ConversationID is the conversation; empty: none.
func (t *Task) ConversationID() string { return t.call.chain.conversationID }

// Account is the tenant.
func (t *Task) Account() string { return t.call.chain.accountID }

// Path is the agents gone through, oldest first.
func (t *Task) Path() []string { return t.call.chain.path }

// MaxHops is the most hops that the chain may have, as it holds for what this task asks of others.
func (t *Task) MaxHops() int {
	if t.call.chain.maxHops == noLimit {
		return t.call.limits.MaxHops
	}
	return t.call.chain.maxHops
}

// Deadline is when the work ends, done or not. It moves out when a caller attaches again with a later one.
func (t *Task) Deadline() time.Time { return t.item.currentDeadline() }

// TraceID is the chain's trace, 32 hex digits; empty where nothing is traced.
func (t *Task) TraceID() string { return traceID(t.call.span) }

// Write sends a piece of the reply's text now; it continues the text before it. It
// blocks while the fastest reader is 64 events behind.
func (t *Task) Write(ctx context.Context, text string) error {
	return t.write(ctx, Text(text), t.afterText)
}

// WritePart sends a part of the reply now, as a piece of its own. It blocks while the fastest reader is 64 events behind.
func (t *Task) WritePart(ctx context.Context, part *Part) error { return t.write(ctx, part, false) }

func (t *Task) write(ctx context.Context, part *Part, appends bool) error {
	_, t.afterText = part.GetContent().(*pb.Part_Text)
	return t.item.emit(ctx, &pb.DelegateStreamResponse{
		Event: &pb.DelegateStreamResponse_Partial{Partial: &pb.PartialReply{Part: part, Append: appends}},
	})
}

// Progress tells what is being done; for people, no part of the reply. `fraction` is 0 to 1, negative: not said.
func (t *Task) Progress(ctx context.Context, text string, fraction float64) error {
	progress := &pb.Progress{Text: text}
	if fraction >= 0 {
		progress.Fraction = proto.Float64(fraction)
	}
	return t.item.emit(ctx, &pb.DelegateStreamResponse{
		Event: &pb.DelegateStreamResponse_Progress{Progress: progress},
	})
}

func (t *Task) newInvocation(target string, o options) (*invocation, error) {
	if o.conversationID != "" && o.conversationID != t.ConversationID() {
		return nil, invalid("conversation_id", "a task's delegations belong to its own conversation: leave it out")
	}
	end := t.call.endpoint
	return &invocation{
		target: target, message: &pb.Message{FromAgent: end.agent}, deadline: t.Deadline(), work: t.item,
		chain: t.call.chain.below(end.nameIn(t.call.chain)),
	}, nil
}

func (t *Task) addUsage(reply *Reply) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.usage = append(t.usage, reply.totalUsage()...)
}

func (t *Task) chainUsage() []*Usage {
	t.mu.Lock()
	defer t.mu.Unlock()
	return addUp(t.usage)
}
