package botmesh

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// conversationService is a ConversationService that keeps its requests.
type conversationService struct {
	away    int // calls that are answered UNAVAILABLE, before any other
	closed  chan *pb.CloseConversationRequest
	asked   chan *pb.AskForPersonRequest
	refused error
}

// serve answers on a loopback port, and returns the address.
func (s *conversationService) serve(t *testing.T) string {
	s.closed, s.asked = make(chan *pb.CloseConversationRequest, 10), make(chan *pb.AskForPersonRequest, 10)
	return rawServer(t, func(method string, stream *rawStream) error {
		if md, _ := metadata.FromIncomingContext(stream.Context()); len(md.Get("traceparent")) != 1 {
			t.Error(method, "is not in the trace of the task")
		}
		if s.refused != nil {
			return toStatus(asError(s.refused))
		}
		var response proto.Message
		switch method {
		case "CloseConversation":
			request := &pb.CloseConversationRequest{}
			_ = stream.receive(request)
			s.closed <- request
			response = &pb.CloseConversationResponse{}
		case "AskForPerson":
			request := &pb.AskForPersonRequest{}
			_ = stream.receive(request)
			s.asked <- request
			if s.away--; s.away >= 0 {
				return status.Error(codes.Unavailable, "away")
			}
			id := request.ConversationId
			if id == "" {
				id = "alert-1"
			}
			response = &pb.AskForPersonResponse{
				Conversation: &pb.Conversation{ConversationId: id}, QueuePosition: 3, Desk: pb.DeskOutcome_DESK_OUTCOME_NOBODY_ON_DUTY,
			}
		}
		return stream.sendMessage(response)
	})
}

// runIn runs work in an agent whose registry is at an address, as a task or, with a turn, as a turn.
func runIn(t *testing.T, registry string, turn *pb.Turn, work func(context.Context, *Conversation) error) {
	t.Helper()
	done := make(chan error, 1)
	run := func(ctx context.Context, c *Conversation) (*Reply, error) {
		done <- work(ctx, c)
		return nil, nil
	}
	settings := DefaultSettings()
	settings.Registry = registry
	serving, err := (&Agent{
		Name: "front", Settings: &settings, OnTurn: run,
		OnDelegate: func(ctx context.Context, task *Task) (*Reply, error) { return run(ctx, &Conversation{Task: task}) },
	}).prepare()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := listen(settings.Bind)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = serving.server.Serve(listener) }()
	t.Cleanup(func() { serving.Stop(0) })
	message := &pb.Message{}
	if turn != nil {
		message = &pb.Message{MessageType: pb.MessageType_MESSAGE_TYPE_TURN, ConversationId: "v-1"}
	}
	request := &pb.DelegateStreamRequest{Message: message, Turn: turn}
	if err := rawCall(t, dialRaw(t, listener.Addr().String()), "DelegateStream", bytesOf(t, request)); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestATurnHandsItsConversationToAPerson(t *testing.T) {
	service := &conversationService{}
	turn := &pb.Turn{TurnId: "t-1", ServiceAddress: service.serve(t)}
	runIn(t, "127.0.0.1:1", turn, func(ctx context.Context, c *Conversation) error {
		got, err := c.HandToPerson(ctx, "angry", PersonRequest{Message: "since Monday", HandoffMessage: "One moment."})
		if want := (PersonAsked{PersonNobodyOnDuty, 3, "v-1"}); got != want {
			t.Errorf("%+v", got)
		}
		return err
	})
	request := <-service.asked
	if request.ConversationId != "v-1" || request.Agent != "front" || request.Reason != "angry" || request.AccountId != DefaultAccount ||
		TextOf(request.Payload) != "since Monday" || TextOf(request.HandoffMessage) != "One moment." || request.RequestId == "" {
		t.Errorf("%+v", request)
	}
}

func TestATaskWithoutAConversationRaisesAnAlert(t *testing.T) {
	service := &conversationService{}
	runIn(t, service.serve(t), nil, func(ctx context.Context, c *Conversation) error {
		got, err := c.HandToPerson(ctx, "the stock is empty", PersonRequest{Message: "no screws"})
		if got.ConversationID != "alert-1" {
			t.Errorf("%+v", got)
		}
		return err
	})
	if request := <-service.asked; request.ConversationId != "" || request.AccountId != DefaultAccount || request.RequestId == "" {
		t.Errorf("%+v", request)
	}
}

func TestAServiceThatIsAwayIsAskedAgainUnderTheSameID(t *testing.T) {
	service := &conversationService{away: 2}
	runIn(t, service.serve(t), nil, func(ctx context.Context, c *Conversation) error {
		_, err := c.HandToPerson(ctx, "why", PersonRequest{})
		return err
	})
	first := <-service.asked
	for range 2 {
		if next := <-service.asked; !proto.Equal(next, first) || next.RequestId == "" {
			t.Errorf("%+v", next)
		}
	}
}

func TestARefusedRequestForAPersonIsATypedError(t *testing.T) {
	service := &conversationService{refused: refusal(ReasonConversationClosed, nil, "it has ended")}
	runIn(t, service.serve(t), nil, func(ctx context.Context, c *Conversation) error {
		if _, err := c.HandToPerson(ctx, "why", PersonRequest{}); !errors.Is(err, ReasonConversationClosed) || asError(err).Started {
			t.Errorf("%+v", err)
		}
		return nil
	})
}

func TestAMeshWithoutServicesHasNoPerson(t *testing.T) {
	runIn(t, "127.0.0.1:1", nil, func(ctx context.Context, c *Conversation) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if _, err := c.HandToPerson(ctx, "why", PersonRequest{}); err == nil {
			t.Error("somebody answered")
		}
		return nil
	})
}

func TestATurnClosesItsConversationAndKnowsHowItBegan(t *testing.T) {
	service := &conversationService{}
	turn := &pb.Turn{
		TurnId: "t-1", Epoch: 4, ServiceAddress: service.serve(t), Language: "de-AT", PreviousConversationId: "v-0",
		Opening: &pb.ConversationOpening{Trigger: "birthday", IntentId: "congratulate", Reason: "it is today"},
	}
	runIn(t, "127.0.0.1:1", turn, func(ctx context.Context, c *Conversation) error {
		if c.Language() != "de-AT" || c.PreviousConversationID() != "v-0" || c.Opening().Trigger != "birthday" || c.Text() != "" {
			t.Errorf("%+v", c.Turn)
		}
		return c.Close(ctx, "solved")
	})
	request := <-service.closed
	if c := (&Conversation{Turn: turn}); c.Intent() != "congratulate" {
		t.Error(c.Intent())
	}
	if request.ConversationId != "v-1" || request.Epoch != 4 || request.GetAgent() != "front" || request.Reason != "solved" {
		t.Errorf("%+v", request)
	}
}
