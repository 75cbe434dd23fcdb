package botmesh

import (
	"context"
	"strings"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Desk is the transfer target for any free person at the desk. "desk/anna" addresses one person.
const Desk = "desk"

// Conversation is one turn of a conversation that this bot owns. It adds the contact, the turn, transfers and the
// end of the conversation to a Task.
type Conversation struct {
	*Task
	// Turn is the contract's message: turn id, epoch, contact, channel and the transfer, if any.
	Turn *pb.Turn
}

// ContactID returns the id of the contact.
func (c *Conversation) ContactID() string { return c.Turn.ContactId }

// Channel returns the channel that the contact uses, such as "web".
func (c *Conversation) Channel() string { return c.Turn.Channel }

// Intent returns the intent of the transfer that brought this turn, or of the opening; empty if there is none.
func (c *Conversation) Intent() string { return intentOf(c.Turn) }

func intentOf(turn *pb.Turn) string {
	if intent := turn.GetTransfer().GetIntentId(); intent != "" {
		return intent
	}
	return turn.GetOpening().GetIntentId()
}

// TransferredFrom returns the agent that transferred the conversation here; empty if this turn came by no transfer.
func (c *Conversation) TransferredFrom() string { return c.Turn.GetTransfer().GetFromAgent() }

// Language returns the contact's language, a BCP 47 tag; empty if it is not known.
func (c *Conversation) Language() string { return c.Turn.Language }

// Opening returns how the conversation was opened if the bot speaks first: then the message is empty. It returns nil if the
// contact spoke first.
func (c *Conversation) Opening() *pb.ConversationOpening { return c.Turn.Opening }

// PreviousConversationID returns the id of the contact's conversation on this channel before this one; empty if there is none.
func (c *Conversation) PreviousConversationID() string { return c.Turn.PreviousConversationId }

// Handover holds the optional details of a transfer.
type Handover struct {
	Intent         string         // the dialog that the new owner opens
	Message        string         // the message that the new owner answers first; default the unanswered messages
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
	var response *pb.TransferConversationResponse
	err = c.withConversations(ctx, func(ctx context.Context, stub pb.ConversationServiceClient) (err error) {
		response, err = stub.TransferConversation(ctx, request)
		return err
	})
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

// Close ends the conversation with this turn: it closes when the turn has ended, unless the contact has written more by then.
// The contact's next message opens a new conversation. Closing a closed conversation is no error. Errors are *Error.
func (c *Conversation) Close(ctx context.Context, reason string) error {
	request := &pb.CloseConversationRequest{
		ConversationId: c.ConversationID(), Epoch: c.Turn.Epoch, Reason: reason,
		By: &pb.CloseConversationRequest_Agent{Agent: c.call.endpoint.agent},
	}
	return c.withConversations(ctx, func(ctx context.Context, stub pb.ConversationServiceClient) error {
		_, err := stub.CloseConversation(ctx, request)
		return err
	})
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
