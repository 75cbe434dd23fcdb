package botmesh

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Part is a piece of content, field for field what a Part is in A2A v1.0.
type Part = pb.Part

// Usage is what an answer cost.
type Usage = pb.Usage

// Text is a part of text.
func Text(text string) *Part { return &pb.Part{Content: &pb.Part_Text{Text: text}} }

// Data is a part of structured data: whatever JSON can hold.
func Data(value any) (*Part, error) {
	made, err := structpb.NewValue(value)
	if err != nil {
		return nil, invalid("data", "JSON cannot hold this: %v", err)
	}
	return &pb.Part{Content: &pb.Part_Data{Data: made}}, nil
}

// TextOf joins the text parts, a line each.
func TextOf(parts []*Part) string {
	var lines []string
	for _, part := range parts {
		if text, ok := part.GetContent().(*pb.Part_Text); ok {
			lines = append(lines, text.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// Reply is the answer to a delegation: what a bot returns, and what its caller gets.
type Reply struct {
	// Parts are the answer.
	Parts []*Part
	// Confidence is how sure the callee is, 0 to 1; nil: not said.
	Confidence *float64
	// Usage is what the callee itself spent; nil: nothing, or not said.
	Usage *Usage
	// Context holds variables for the caller.
	Context map[string]any
	// NotMine says of a turn that it is not for this bot: the account's primary agent gets it.
	NotMine bool

	// The rest is filled in for the caller.

	// ChainUsage is what was spent below the callee, summed by agent, model and currency.
	ChainUsage []*Usage
	// Agent and Instance answered.
	Agent, Instance string
	// MessageID and CorrelationID are those of the answer and of its chain.
	MessageID, CorrelationID string
	// TraceID is the chain's trace, 32 hex digits; empty where nothing is traced.
	TraceID string
}

// Say is a reply of one text.
func Say(text string) *Reply { return &Reply{Parts: []*Part{Text(text)}} }

// NotMine is the answer to a turn that is not for this bot.
func NotMine() *Reply { return &Reply{NotMine: true} }

// Text joins the text parts, a line each.
func (r *Reply) Text() string { return TextOf(r.Parts) }

// Sure sets the confidence, 0 to 1.
func (r *Reply) Sure(confidence float64) *Reply {
	r.Confidence = &confidence
	return r
}

func replyFrom(given *pb.Reply, trace string) *Reply {
	if given == nil {
		given = &pb.Reply{}
	}
	message := given.GetMessage()
	return &Reply{
		Parts: message.GetPayload(), Confidence: given.Confidence, Usage: given.Usage, ChainUsage: given.ChainUsage,
		Context: message.GetContext().AsMap(), Agent: message.GetFromAgent(), Instance: given.InstanceId,
		MessageID: message.GetMessageId(), CorrelationID: message.GetCorrelationId(), TraceID: trace, NotMine: given.NotMine,
	}
}

func (r *Reply) totalUsage() []*Usage {
	if r.Usage == nil {
		return r.ChainUsage
	}
	return append([]*Usage{r.Usage}, r.ChainUsage...)
}

// addUp sums by agent, model and currency.
func addUp(usages []*Usage) []*Usage {
	type key struct{ agent, model, currency string }
	sums := map[key]*Usage{}
	var order []*Usage
	for _, one := range usages {
		k := key{one.Agent, one.Model, one.Currency}
		sum := sums[k]
		if sum == nil {
			sum = &Usage{Agent: one.Agent, Model: one.Model, Currency: one.Currency}
			sums[k] = sum
			order = append(order, sum)
		}
		sum.InputTokens += one.InputTokens
		sum.OutputTokens += one.OutputTokens
		sum.CostMicros += one.CostMicros
	}
	return order
}

// Event is one event of a stream. All parts in order make the whole reply, unless a reset voids those before it.
type Event struct {
	// Part is a piece of the reply; nil for anything else.
	Part *Part
	// Append says that the piece's text continues the text of the piece before it.
	Append bool
	// Progress is what is being done; for people, no part of the reply.
	Progress string
	// Fraction is the share that is done, 0 to 1; nil: not said.
	Fraction *float64
	// Reset is why the work runs again: forget all pieces before.
	Reset string
}

// Text is the piece's text; empty for anything else.
func (e Event) Text() string { return e.Part.GetText() }

// pieces puts the pieces of a stream together.
type pieces struct {
	parts []*Part
	more  strings.Builder // what continues the text of the last of them
}

func (p *pieces) add(part *Part, appends bool) {
	if appends && len(p.parts) > 0 {
		if _, ok := p.parts[len(p.parts)-1].Content.(*pb.Part_Text); ok {
			p.more.WriteString(part.GetText()) // joined once: there may be thousands
			return
		}
	}
	p.join()
	if part == nil {
		part = &pb.Part{}
	}
	p.parts = append(p.parts, proto.CloneOf(part))
}

func (p *pieces) join() {
	if p.more.Len() > 0 {
		text := p.parts[len(p.parts)-1].Content.(*pb.Part_Text)
		text.Text += p.more.String()
		p.more.Reset()
	}
}

// whole is a reply with the pieces before its own parts.
func (p *pieces) whole(reply *pb.Reply) *pb.Reply {
	if len(p.parts) == 0 {
		return reply
	}
	p.join()
	made := proto.CloneOf(reply)
	if made == nil {
		made = &pb.Reply{}
	}
	if made.Message == nil {
		made.Message = &pb.Message{}
	}
	made.Message.Payload = append(slices.Clone(p.parts), made.Message.Payload...)
	return made
}

func toStruct(values map[string]any) (*structpb.Struct, error) {
	if len(values) == 0 {
		return nil, nil
	}
	made, err := structpb.NewStruct(values)
	if err != nil {
		return nil, invalid("context", "JSON cannot hold this: %v", err)
	}
	return made, nil
}
