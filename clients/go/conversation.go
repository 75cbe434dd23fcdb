package botmesh

import (
	"context"
	"strings"

	"google.golang.org/grpc/metadata"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Desk is the transfer target for any free person at the desk. "desk/anna" addresses one person.
const Desk = "desk"

// Conversation is one turn of a conversation that this bot owns. It adds the contact, the turn and transfers to a Task.
type Conversation struct {
	*Task
	// Turn is the contract's message: turn id, epoch, contact, channel and the transfer, if any.
	Turn *pb.Turn
}

// ContactID returns the id of the contact.
func (c *Conversation) ContactID() string { return c.Turn.ContactId }

// Channel returns the channel that the contact uses, such as "web".
func (c *Conversation) Channel() string { return c.Turn.Channel }

// Intent returns the intent of the transfer that brought this turn; empty if there is none.
func (c *Conversation) Intent() string { return c.Turn.GetTransfer().GetIntentId() }

// TransferredFrom returns the agent that transferred the conversation here; empty if this turn came by no transfer.
func (c *Conversation) TransferredFrom() string { return c.Turn.GetTransfer().GetFromAgent() }

// Handover holds the optional details of a transfer.
type Handover struct {
	Intent         string         // the dialog that the new owner opens
	Message        string         // the message that the new owner answers first; default the contact's latest
	Context        map[string]any // variables that are added to those of the conversation
	HandoffMessage string         // sent to the contact
	Reason         string         // recorded with the transfer
	Fallback       string         // the next target if the first does not accept; in the form of the target
}

// Transferred is the result of a transfer.
type Transferred struct {
	Done   bool   // whether the target is the owner now; if so the turn has ended and the bot returns nil
	Owner  string // the owner after the call: an agent's name, or Desk
	Epoch  int64  // of the conversation after the call
	Reason string // why the target did not become the owner
}

// Transfer gives the conversation for good to an agent, Desk, or "desk/anna". A target that declines is no error: see
// Transferred. Errors are *Error.
func (c *Conversation) Transfer(ctx context.Context, to string, with Handover) (Transferred, error) {
	stub, err := c.client.conversations(c.Turn.ServiceAddress)
	if err != nil {
		return Transferred{}, err
	}
	variables, err := toStruct(with.Context)
	if err != nil {
		return Transferred{}, err
	}
	request := &pb.TransferConversationRequest{
		ConversationId: c.ConversationID(), Target: owner(to), Epoch: c.Turn.Epoch, IntentId: with.Intent,
		Context: variables, Reason: with.Reason, Initiator: pb.TransferInitiator_TRANSFER_INITIATOR_AGENT,
		UserMessage: textParts(with.Message), HandoffMessage: textParts(with.HandoffMessage),
	}
	if with.Fallback != "" {
		request.Fallback = owner(with.Fallback)
	}
	md := metadata.MD{}
	propagator.Inject(c.call.ctx, carrier(md)) // the transfer belongs to this turn's trace
	bounded, cancel := context.WithDeadline(metadata.NewOutgoingContext(ctx, md), c.Deadline())
	defer cancel()
	response, err := stub.TransferConversation(bounded, request)
	if err != nil {
		return Transferred{}, err
	}
	has := response.GetOwner().GetAgent()
	if has == "" {
		has = Desk
	}
	return Transferred{response.Transferred, has, response.Epoch, response.Reason}, nil
}

// HandBack transfers the conversation to the agent that it came from. It returns INVALID_FIELD if the conversation did not
// come from an agent.
func (c *Conversation) HandBack(ctx context.Context, with Handover) (Transferred, error) {
	from := c.TransferredFrom()
	if from == "" {
		return Transferred{}, invalid("to", "the conversation did not come from another agent: transfer it to one by name")
	}
	if with.Reason == "" {
		with.Reason = "handed back"
	}
	return c.Transfer(ctx, from, with)
}

func textParts(text string) []*Part {
	if text == "" {
		return nil
	}
	return []*Part{Text(text)}
}

func owner(to string) *pb.Owner {
	name, person, _ := strings.Cut(to, "/")
	if name == Desk {
		return &pb.Owner{Owner: &pb.Owner_Desk{Desk: person}}
	}
	return &pb.Owner{Owner: &pb.Owner_Agent{Agent: to}}
}
