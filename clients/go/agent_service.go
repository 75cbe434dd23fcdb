package botmesh

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const receiptTimeout = 800 * time.Millisecond // for receipts from callees; shorter than the caller's cancelTimeout

// agentService implements the AgentService RPCs. The policies have already accepted a call when a method runs.
type agentService struct {
	pb.UnimplementedAgentServiceServer
	agent     *Agent
	card      *pb.AgentCard
	client    *agentClient
	readiness func() pb.Readiness
	log       *slog.Logger
}

// bot is the common signature to which the functions of an Agent are adapted.
type bot func(ctx context.Context, task *Task) (proto.Message, error)

// Delegate returns the bot's whole reply.
func (s *agentService) Delegate(ctx context.Context, request *pb.DelegateRequest) (*pb.DelegateResponse, error) {
	item, err := s.startWork(ctx, s.agent.OnDelegate != nil, "delegations", s.runDelegate)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithDeadline(ctx, callIn(ctx).deadline) // the work may have a later one
	defer cancel()
	outcome, err := item.result(ctx)
	if err != nil {
		return nil, err
	}
	reply, ok := outcome.(*pb.Reply)
	if !ok { // the message id belongs to a notification
		return nil, noReply()
	}
	if reply, err = item.whole(reply); err != nil {
		return nil, err
	}
	return &pb.DelegateResponse{Reply: reply}, nil
}

// DelegateStream sends the bot's reply piece by piece.
func (s *agentService) DelegateStream(
	request *pb.DelegateStreamRequest, stream grpc.ServerStreamingServer[pb.DelegateStreamResponse],
) error {
	ctx := stream.Context()
	run, has, what := s.runDelegate, s.agent.OnDelegate != nil, "delegations"
	if turn := request.Turn; turn != nil {
		run, has, what = s.runTurn(turn), s.agent.forTurn(intentOf(turn)) != nil, "turns"
	}
	item, err := s.startWork(ctx, has, what, run)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithDeadline(ctx, callIn(ctx).deadline) // the work may have a later one
	defer cancel()
	return item.read(ctx, request.AfterSequence, callIn(ctx).limits.StreamIdleTimeout, stream.Send)
}

// isBroadcast tells whether a notification goes to OnNotify. Any other is a task whose reply is not awaited.
func isBroadcast(message *pb.Message) bool {
	switch message.GetMessageType() {
	case pb.MessageType_MESSAGE_TYPE_BROADCAST, pb.MessageType_MESSAGE_TYPE_UNSPECIFIED,
		pb.MessageType_MESSAGE_TYPE_RESPONSE, pb.MessageType_MESSAGE_TYPE_ERROR: // the last two report the end of a task
		return true
	}
	return false
}

// Notify acknowledges the message as soon as its work has started.
func (s *agentService) Notify(ctx context.Context, request *pb.NotifyRequest) (*pb.NotifyResponse, error) {
	run, has, what := s.runDelegate, s.agent.OnDelegate != nil, "delegations"
	if isBroadcast(request.GetMessage()) {
		run, has, what = s.runNotify, s.agent.OnNotify != nil, "notifications"
	}
	item, err := s.startWork(ctx, has, what, run)
	if err != nil {
		return nil, err
	}
	item.detach()
	return &pb.NotifyResponse{Ack: s.message(callIn(ctx), pb.MessageType_MESSAGE_TYPE_ACK)}, nil
}

// Transfer returns whether the bot accepts an offered conversation.
func (s *agentService) Transfer(ctx context.Context, request *pb.TransferRequest) (*pb.TransferResponse, error) {
	offer := request.Offer
	if offer.GetTransferId() == "" {
		return nil, invalid("offer.transfer_id", "an offer needs a transfer_id")
	}
	if s.agent.OnTransfer == nil {
		decline := ""
		if s.agent.forTurn(offer.IntentId) == nil {
			decline = s.card.Name + " takes no conversations"
		}
		return decision(offer, decline), nil
	}
	item, err := s.startWork(ctx, true, "offers", func(ctx context.Context, task *Task) (proto.Message, error) {
		decline, err := s.agent.OnTransfer(ctx, task, offer)
		return decision(offer, decline), err
	})
	if err != nil {
		return nil, err
	}
	outcome, err := item.result(ctx)
	if err != nil {
		return nil, err
	}
	answer, ok := outcome.(*pb.TransferResponse)
	if !ok {
		return nil, refusal(ReasonAgentError, nil, "this message id belongs to other work, which answered no offer")
	}
	return answer, nil
}

func decision(offer *pb.TransferOffer, decline string) *pb.TransferResponse {
	response := &pb.TransferResponse{TransferId: offer.TransferId, Reason: decline}
	response.Decision = pb.TransferDecision_TRANSFER_DECISION_ACCEPTED
	if decline != "" {
		response.Decision = pb.TransferDecision_TRANSFER_DECISION_DECLINED
	}
	return response
}

// Cancel stops the work and returns one receipt for it and for each delegated call below it.
func (s *agentService) Cancel(_ context.Context, request *pb.CancelRequest) (*pb.CancelResponse, error) {
	if request.MessageId == "" {
		return nil, invalid("message_id", "message_id names the work to cancel: it cannot be empty")
	}
	e := s.client.endpoint
	account := request.AccountId
	if account == "" {
		account = e.account
	}
	own := &pb.CancelReceipt{
		Agent: e.agent, InstanceId: e.instance, MessageId: request.MessageId,
		Outcome: pb.CancelOutcome_CANCEL_OUTCOME_UNKNOWN,
	}
	receipts := []*pb.CancelReceipt{own}
	if item := e.works.lookup(workKey{account, request.FromAgent, request.MessageId}); item != nil {
		item.mu.Lock()
		settled := item.settled
		item.mu.Unlock()
		if settled {
			own.Outcome = pb.CancelOutcome_CANCEL_OUTCOME_TOO_LATE
		} else {
			own.Outcome = pb.CancelOutcome_CANCEL_OUTCOME_STOPPED
			reason := request.Reason
			if reason == "" {
				reason = "the caller gave up"
			}
			item.stop(reason)
			receipts = append(receipts, receiptsOf(item)...)
		}
	}
	return &pb.CancelResponse{Receipts: receipts}, nil
}

// receiptsOf collects the receipts of the delegated calls that answer within receiptTimeout.
func receiptsOf(item *workItem) []*pb.CancelReceipt {
	late := time.After(receiptTimeout)
	select {
	case <-item.ended:
	case <-late:
		return nil
	}
	item.mu.Lock()
	cancelling := item.receipts
	item.mu.Unlock()
	var receipts []*pb.CancelReceipt
	for _, pending := range cancelling {
		select {
		case below := <-pending:
			receipts = append(receipts, below...)
		case <-late:
			return receipts
		}
	}
	return receipts
}

// GetCard returns the agent's card, instance id and readiness.
func (s *agentService) GetCard(context.Context, *pb.GetCardRequest) (*pb.GetCardResponse, error) {
	return &pb.GetCardResponse{Card: s.card, InstanceId: s.client.endpoint.instance, Readiness: s.readiness()}, nil
}

// GetStats returns the counters since the process started.
func (s *agentService) GetStats(context.Context, *pb.GetStatsRequest) (*pb.GetStatsResponse, error) {
	e := s.client.endpoint
	response := e.stats.toProto()
	running, remembered := e.works.counts()
	e.mu.Lock()
	for _, open := range e.outgoing {
		response.OutgoingInFlight += uint32(open)
	}
	e.mu.Unlock()
	response.InstanceId, response.InFlight, response.Remembered = e.instance, uint32(running), uint32(remembered)
	return response, nil
}

// startWork returns the work of the served call. It starts the work unless the call joined work that already runs.
func (s *agentService) startWork(ctx context.Context, supported bool, what string, run bot) (*workItem, error) {
	c := callIn(ctx)
	if c.work == nil {
		return nil, invalid("message", "a %s needs a message", c.method[len(agentServicePath):])
	}
	if !supported {
		return nil, refusal(ReasonNotSupported, map[string]any{"method": what}, "%s takes no %s", s.card.Name, what)
	}
	c.work.startOnce(c.ctx, func(ctx context.Context) (outcome proto.Message, err error) {
		task := newTask(c, s.client)
		defer func() {
			if caught := recover(); caught != nil {
				err = fmt.Errorf("panic: %v\n%s", caught, debug.Stack())
			}
			err = s.hideCause(err, task)
		}()
		return run(ctx, task)
	})
	return c.work, nil
}

// hideCause logs the cause of an unexpected failure and returns AGENT_ERROR without it.
func (s *agentService) hideCause(err error, task *Task) error {
	if err == nil {
		return nil
	}
	if e := asError(err); e.Reason != ReasonAgentError || e.FromPeer {
		return e
	}
	s.log.Error("the bot failed", "agent", s.card.Name, "error", err, "trace_id", task.TraceID())
	return refusal(ReasonAgentError, nil, "%s failed inside; its log has the cause under this trace id", s.card.Name)
}

func (s *agentService) runDelegate(ctx context.Context, task *Task) (proto.Message, error) {
	reply, err := s.agent.OnDelegate(ctx, task)
	return s.reply(task, reply, err)
}

func (s *agentService) runTurn(turn *pb.Turn) bot {
	return func(ctx context.Context, task *Task) (proto.Message, error) {
		if turn.ServiceAddress != "" {
			task.conversationsAt = turn.ServiceAddress
		}
		answer := s.agent.forTurn(intentOf(turn))
		reply, err := answer(ctx, &Conversation{Task: task, Turn: turn})
		return s.reply(task, reply, err)
	}
}

func (s *agentService) runNotify(ctx context.Context, task *Task) (proto.Message, error) {
	return s.message(task.call, pb.MessageType_MESSAGE_TYPE_ACK), s.agent.OnNotify(ctx, task)
}

func (s *agentService) reply(task *Task, answer *Reply, err error) (proto.Message, error) {
	if err != nil {
		return nil, err
	}
	if answer == nil {
		answer = &Reply{}
	}
	if c := answer.Confidence; c != nil && !(*c >= 0 && *c <= 1) {
		return nil, fmt.Errorf("confidence must be 0 to 1 but is %v", *c)
	}
	message := s.message(task.call, pb.MessageType_MESSAGE_TYPE_RESPONSE)
	message.Payload = answer.Parts
	if message.Context, err = toStruct(answer.Context); err != nil {
		return nil, err
	}
	response := &pb.Reply{
		Message: message, Confidence: answer.Confidence, ChainUsage: task.chainUsage(),
		InstanceId: s.client.endpoint.instance, NotMine: answer.NotMine,
	}
	if answer.Usage != nil {
		response.Usage = proto.CloneOf(answer.Usage)
		if response.Usage.Agent == "" {
			response.Usage.Agent = s.card.Name
		}
	}
	return response, nil
}

func (s *agentService) message(c *call, kind pb.MessageType) *pb.Message {
	asked := c.message
	return &pb.Message{
		FromAgent: s.card.Name, ToAgent: asked.FromAgent, MessageType: kind, CorrelationId: c.chain.correlationID,
		MessageId: newID(), ConversationId: asked.ConversationId, AccountId: c.chain.accountID,
		InReplyTo: asked.MessageId, Timestamp: timestamppb.Now(),
	}
}
