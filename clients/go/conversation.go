package botmesh

import (
	"context"
	"strings"

	"google.golang.org/grpc/metadata"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Desk is the human desk as a target of transfers: whoever is free; "desk/anna" is one person.
const Desk = "desk"

// Conversation is a turn of a conversation that this bot owns: a Task with the contact, the history and transfers.
type Conversation struct {
	*Task
	// Turn is what came with the message.
	Turn *pb.Turn
}

// ContactID is the contact.
func (c *Conversation) ContactID() string { return c.Turn.ContactId }

// Channel is the channel that the contact writes on.
func (c *Conversation) Channel() string { return c.Turn.Channel }

// Intent is the dialog to open; empty: none.
func (c *Conversation) Intent() string { return c.Turn.GetTransfer().GetIntentId() }

// TransferredFrom is who had the conversation before, if this turn came by a transfer; else empty.
func (c *Conversation) TransferredFrom() string { return c.Turn.GetTransfer().GetFromAgent() }

// Handover is what goes along with a transfer. All of it may be left out.
type Handover struct {
	Intent         string         // the dialog to open there
	Message        string         // what the new owner is to answer first; default the contact's latest message
	Context        map[string]any // variables that are added to the conversation's
	HandoffMessage string         // what the contact is told
	Reason         string
	Fallback       string // who gets it where the target does not take it
}

// Transferred is what came of a transfer.
type Transferred struct {
	Done   bool   // whether the target has it now; then this turn has ended: return nil
	Owner  string // who has it now: an agent's name or Desk
	Epoch  int64
	Reason string // why the target does not have it
}

// Transfer hands the conversation over for good to an agent, Desk, or "desk/anna".
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

// HandBack gives the conversation back to who it came from.
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
