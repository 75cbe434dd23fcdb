package botmesh

import (
	"strings"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// targetPolicy checks that the target of a call exists, and at the callee that the call addresses this instance.
type targetPolicy struct{ noopPolicy }

// caller refuses unknown agents and agents without a live instance.
func (targetPolicy) caller(c *call) error {
	_, err := c.endpoint.directory.find(c.chain.accountID, c.target)
	return err
}

// callee parses the chain. It refuses calls for another agent or instance, calls from an account that may not see this
// agent, and new work while the instance drains.
func (targetPolicy) callee(c *call) error {
	arrived, err := chainFrom(c.metadata)
	if err == nil && c.message != nil {
		arrived, err = reconcile(arrived, c.message)
	}
	if err != nil {
		return err
	}
	if arrived.accountID == "" {
		arrived.accountID = c.endpoint.account
	}
	if arrived.correlationID == "" {
		arrived.correlationID = newID()
	}
	c.chain = arrived
	if err := checkAddressee(c); err != nil {
		return err
	}
	if arrived.accountID != c.endpoint.account && !c.endpoint.shared {
		return refusal(ReasonUnknownAgent, nil, "account %s sees no agent %s: its card is not shared",
			arrived.accountID, c.endpoint.agent)
	}
	if c.endpoint.draining.Load() && !c.endpoint.works.knows(c) {
		return refusal(ReasonDraining, nil, "%s is draining: ask another instance", c.endpoint.agent)
	}
	return nil
}

func checkAddressee(c *call) error {
	agent, instance, _ := strings.Cut(c.chain.to, "/")
	named := ""
	if c.message != nil {
		_, named = splitName(c.message.ToAgent)
	}
	if agent != "" && named != "" && agent != named {
		return refusal(ReasonMetadataMismatch, map[string]any{"field": "to_agent", "message": named, "metadata": agent},
			"botmesh-to names %s and the message %s", agent, named)
	}
	if agent == "" {
		agent = named
	}
	if (agent == "" || agent == c.endpoint.agent) && (instance == "" || instance == c.endpoint.instance) {
		return nil
	}
	expected, actual := c.chain.to, c.endpoint.agent+"/"+c.endpoint.instance
	if expected == "" {
		expected = named
	}
	return refusal(ReasonWrongInstance, map[string]any{"expected": expected, "actual": actual},
		"this is %s, not %s: look the agent up again", actual, expected)
}

// reconcile completes the chain with the ids of the message. It refuses ids that differ between message and metadata.
func reconcile(c chain, message *pb.Message) (chain, error) {
	if message.MessageId != "" {
		if err := checkID("message_id", message.MessageId); err != nil {
			return c, err
		}
	}
	if message.FromAgent != "" {
		if err := checkAgent("from_agent", message.FromAgent); err != nil {
			return c, err
		}
	}
	if len(c.path) > 0 && message.FromAgent != "" {
		last := c.path[len(c.path)-1]
		if _, name := splitName(last); name != message.FromAgent {
			return c, mismatch("from_agent", message.FromAgent, last)
		}
	}
	for _, pair := range []struct {
		field     string
		inMessage string
		value     *string
	}{
		{"correlation_id", message.CorrelationId, &c.correlationID},
		{"conversation_id", message.ConversationId, &c.conversationID},
		{"account_id", message.AccountId, &c.accountID},
	} {
		if pair.inMessage == "" {
			continue
		}
		if err := checkID(pair.field, pair.inMessage); err != nil {
			return c, err
		}
		if *pair.value != "" && *pair.value != pair.inMessage {
			return c, mismatch(pair.field, pair.inMessage, *pair.value)
		}
		*pair.value = pair.inMessage
	}
	return c, nil
}

func mismatch(field, inMessage, inMetadata string) error {
	return refusal(ReasonMetadataMismatch,
		map[string]any{"field": field, "message": inMessage, "metadata": inMetadata},
		"the message says %s %q and the metadata %q: send one of them", field, inMessage, inMetadata)
}
