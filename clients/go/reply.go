package botmesh

import (
	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Usage is what a reply cost: model, tokens and cost.
type Usage = pb.Usage

// Reply is the answer to a delegation or a turn. A bot returns one, and its caller gets one.
type Reply struct {
	// Parts are the content of the reply, in order.
	Parts []*Part
	// Confidence is how sure the callee is, 0 to 1; nil if not set.
	Confidence *float64
	// Usage is what the callee itself spent; nil if not set.
	Usage *Usage
	// Context holds variables for the caller.
	Context map[string]any
	// NotMine refuses a turn: the account's primary agent gets it instead.
	NotMine bool

	// The SDK sets the fields below for the caller.

	// ChainUsage is what the agents below the callee spent, summed by agent, model and currency.
	ChainUsage []*Usage
	// Agent and Instance sent the reply.
	Agent, Instance string
	// MessageID is the id of the reply's message. CorrelationID is the id of the chain.
	MessageID, CorrelationID string
	// TraceID is the chain's trace id, 32 hex digits; empty if nothing is traced.
	TraceID string
}

// Say returns a reply with one text part.
func Say(text string) *Reply { return &Reply{Parts: []*Part{Text(text)}} }

// NotMine returns the reply that sends a turn to the account's primary agent.
func NotMine() *Reply { return &Reply{NotMine: true} }

// Text returns the text parts joined by newlines.
func (r *Reply) Text() string { return TextOf(r.Parts) }

// Sure sets the confidence, 0 to 1, and returns r.
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

// addUp sums usages by agent, model and currency.
func addUp(usages []*Usage) []*Usage {
	type key struct{ agent, model, currency string }
	sums := map[key]*Usage{}
	var order []*Usage
	for _, usage := range usages {
		k := key{usage.Agent, usage.Model, usage.Currency}
		sum := sums[k]
		if sum == nil {
			sum = &Usage{Agent: usage.Agent, Model: usage.Model, Currency: usage.Currency}
			sums[k] = sum
			order = append(order, sum)
		}
		sum.InputTokens += usage.InputTokens
		sum.OutputTokens += usage.OutputTokens
		sum.CostMicros += usage.CostMicros
	}
	return order
}
