package botmesh

import (
	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Usage is what an answer cost.
type Usage = pb.Usage

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
