package botmesh

import (
	"context"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Task is the work that a bot's function is given. Its delegations continue the chain.
type Task struct {
	delegator
	// Message is the received message.
	Message *pb.Message

	call *call
	item *workItem
	// conversationsAt is the address of the ConversationService: the one that a turn came from, else the registry's.
	conversationsAt string

	mu        sync.Mutex
	usage     []*Usage
	afterText bool // whether the last piece was text
}

func newTask(c *call, calls *agentClient) *Task {
	task := &Task{Message: c.message, call: c, item: c.work, conversationsAt: calls.directory.registry.address}
	task.delegator = delegator{client: calls, newInvocation: task.newInvocation, onReply: task.addUsage}
	return task
}

// Text returns the text parts joined by newlines.
func (t *Task) Text() string { return TextOf(t.Message.Payload) }

// Parts returns all parts of the message, in order.
func (t *Task) Parts() []*Part { return t.Message.Payload }

// Context returns the variables that the caller set.
func (t *Task) Context() map[string]any { return t.Message.GetContext().AsMap() }

// Skill returns the id of the skill that the caller chose; empty if it chose none.
func (t *Task) Skill() string { return t.Message.SkillId }

// FromAgent returns the name of the calling agent; empty if a client calls.
func (t *Task) FromAgent() string {
	if path := t.call.chain.path; t.Message.FromAgent == "" && len(path) > 0 {
		return path[len(path)-1]
	}
	return t.Message.FromAgent
}

// MessageID returns the idempotency key; empty if the caller set none.
func (t *Task) MessageID() string { return t.Message.MessageId }

// CorrelationID returns the id of the chain.
func (t *Task) CorrelationID() string { return t.call.chain.correlationID }

// ConversationID returns the id of the conversation; empty if the task belongs to none.
func (t *Task) ConversationID() string { return t.call.chain.conversationID }

// Account returns the account of the caller.
func (t *Task) Account() string { return t.call.chain.accountID }

// Path returns the agents of the chain before this one, oldest first.
func (t *Task) Path() []string { return t.call.chain.path }

// MaxHops returns the hop limit that applies to the delegations of this task.
func (t *Task) MaxHops() int {
	if t.call.chain.maxHops == noLimit {
		return t.call.limits.MaxHops
	}
	return t.call.chain.maxHops
}

// Deadline returns when the work ends at the latest. It becomes later if a caller joins with a later deadline.
func (t *Task) Deadline() time.Time { return t.item.currentDeadline() }

// TraceID returns the chain's trace id, 32 hex digits; empty if nothing is traced.
func (t *Task) TraceID() string { return traceID(t.call.span) }

// Write sends a piece of the reply's text, which continues the text before it. It blocks while the fastest reader is 64
// events behind. It fails when the work is over, and with MESSAGE_TOO_LARGE if the reply exceeds its limit.
func (t *Task) Write(ctx context.Context, text string) error {
	return t.write(ctx, Text(text), t.afterText)
}

// WritePart sends a part of the reply as a piece of its own. It blocks and fails like Write.
func (t *Task) WritePart(ctx context.Context, part *Part) error { return t.write(ctx, part, false) }

func (t *Task) write(ctx context.Context, part *Part, appends bool) error {
	_, t.afterText = part.GetContent().(*pb.Part_Text)
	return t.item.emit(ctx, &pb.DelegateStreamResponse{
		Event: &pb.DelegateStreamResponse_Partial{Partial: &pb.PartialReply{Part: part, Append: appends}},
	})
}

// Progress tells people what the bot does now. It is not part of the reply. fraction is the share that is done, 0 to 1, or
// negative if unknown. Progress blocks like Write.
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
