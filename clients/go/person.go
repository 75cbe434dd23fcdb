package botmesh

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	firstAskPause = 100 * time.Millisecond // before a service of the mesh that was away is asked again
	maxAskPause   = time.Second
)

// PersonRequest holds the optional details of a request for a person.
type PersonRequest struct {
	Message        string // for the person: a note in the conversation, or the first message of an alert
	HandoffMessage string // sent to the contact; not with an alert
}

// PersonOutcome says what became of a request for a person.
type PersonOutcome string

// The outcomes of a request for a person.
const (
	PersonAssigned     PersonOutcome = "assigned"       // a person has the conversation
	PersonQueued       PersonOutcome = "queued"         // it waits in the desk's queue and somebody is on duty
	PersonNobodyOnDuty PersonOutcome = "nobody_on_duty" // it waits in the desk's queue and nobody is on duty now
)

// PersonAsked is the result of a request for a person.
type PersonAsked struct {
	Outcome        PersonOutcome
	QueuePosition  int    // the place in the desk's queue, from 1; 0 if it is not in the queue
	ConversationID string // the conversation, or the one that the alert opened at the desk
}

// HandToPerson hands the task's conversation to a person at the desk. If the task belongs to no conversation, it puts an alert
// with the reason into the desk's queue. It asks again while the service is away, as often as calls to agents are retried. In a
// turn, return without a reply afterwards: a person answers the contact. Errors are *Error.
func (t *Task) HandToPerson(ctx context.Context, reason string, with PersonRequest) (PersonAsked, error) {
	request := &pb.AskForPersonRequest{
		ConversationId: t.ConversationID(), AccountId: t.Account(), Agent: t.call.endpoint.agent, Reason: reason,
		Payload: textParts(with.Message), HandoffMessage: textParts(with.HandoffMessage),
		RequestId: newID(), // the same in all attempts, so that the desk is asked once
	}
	var response *pb.AskForPersonResponse
	err := t.untilAnswered(ctx, func(ctx context.Context, stub pb.ConversationServiceClient) (err error) {
		response, err = stub.AskForPerson(ctx, request)
		return err
	})
	if err != nil {
		return PersonAsked{}, err
	}
	return PersonAsked{
		Outcome:       personOutcome(response.Desk),
		QueuePosition: int(response.QueuePosition), ConversationID: response.GetConversation().GetConversationId(),
	}, nil
}

// personOutcome returns the desk's answer; empty if the service does not say.
func personOutcome(desk pb.DeskOutcome) PersonOutcome {
	if desk == pb.DeskOutcome_DESK_OUTCOME_UNSPECIFIED {
		return ""
	}
	return PersonOutcome(strings.ToLower(strings.TrimPrefix(desk.String(), "DESK_OUTCOME_")))
}

// untilAnswered calls the ConversationService like withConversations, and again while it is away.
func (t *Task) untilAnswered(ctx context.Context, send func(context.Context, pb.ConversationServiceClient) error) error {
	pause := firstAskPause
	for retry := 0; ; retry++ {
		err := t.withConversations(ctx, send)
		isAway := err != nil && asError(err).Code == codes.Unavailable
		if !isAway || retry >= t.call.limits.MaxRetries || ctx.Err() != nil || time.Until(t.Deadline()) <= pause {
			return err
		}
		sleep(ctx, pause)
		pause = min(maxAskPause, 4*pause)
	}
}

// withConversations calls the ConversationService in the task's trace and within its deadline.
func (t *Task) withConversations(ctx context.Context, send func(context.Context, pb.ConversationServiceClient) error) error {
	stub, err := t.client.conversations(t.conversationsAt)
	if err != nil {
		return err
	}
	md := metadata.MD{}
	propagator.Inject(t.call.ctx, carrier(md))
	ctx, cancel := context.WithDeadline(metadata.NewOutgoingContext(ctx, md), t.Deadline())
	defer cancel()
	return send(ctx, stub)
}
