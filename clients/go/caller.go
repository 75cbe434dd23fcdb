package botmesh

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const cancelTimeout = time.Second // for telling a callee that its work is no longer wanted

// ask is what is asked of whom, and on whose behalf.
type ask struct {
	target   string
	message  *pb.Message
	chain    chain
	timeout  time.Duration
	timed    bool      // whether timeout was said
	deadline time.Time // the parent's; zero: none
	work     *workItem // the work that asks, where an agent does
}

// caller calls agents from one end: the policies once around a call, and as many attempts as it takes.
type caller struct {
	end            *end
	directory      *directory
	peers          *peers
	connectTimeout time.Duration
	background     sync.WaitGroup

	mu       sync.Mutex
	budgets  map[string]*budget
	services map[string]*grpc.ClientConn // conversation services, by address
}

func newCaller(e *end, d *directory, settings Settings) *caller {
	made := &caller{
		end: e, directory: d, peers: newPeers(settings.SetAside), connectTimeout: settings.ConnectTimeout,
		budgets: map[string]*budget{}, services: map[string]*grpc.ClientConn{},
	}
	d.onChange = func() { made.peers.keep(d.has) }
	return made
}

// attempt is one try of a call at one peer.
type attempt func(ctx context.Context, one *peer) error

// unary makes one call of a work method; `send` is told the peer and fills in the response.
func (c *caller) unary(ctx context.Context, method string, a *ask, request proto.Message,
	send func(context.Context, *peer) (proto.Message, error),
) (proto.Message, *call, error) {
	made, passed, err := c.start(ctx, method, a, request)
	if err != nil {
		return nil, made, err
	}
	var response proto.Message
	err = c.untilAnswered(made, a, method == "Transfer", func(ctx context.Context, one *peer) (err error) {
		response, err = send(ctx, one)
		if err != nil && errors.Is(context.Cause(made.ctx), context.Canceled) {
			c.giveUp(a, one)
		}
		return err
	})
	if err == nil {
		err = made.took(response)
	}
	if delegated, ok := response.(*pb.DelegateResponse); ok && err == nil {
		made.usage = delegated.GetReply().GetUsage()
	}
	return response, made, made.finish(passed, err)
}

// stream gives the events of DelegateStream as they come to `take`; a false ends it early and cancels the callee.
func (c *caller) stream(ctx context.Context, a *ask, take func(*pb.DelegateStreamResponse) bool) (*call, error) {
	request := &pb.DelegateStreamRequest{Message: a.message}
	made, passed, err := c.start(ctx, "DelegateStream", a, request)
	if err != nil {
		return made, err
	}
	var began *peer // where the events so far came from
	err = c.untilAnswered(made, a, false, func(ctx context.Context, one *peer) error {
		if began != nil && began != one && request.AfterSequence > 0 {
			request.AfterSequence = 0
			why := &pb.Reset{Reason: a.target + " was lost and starts again"}
			if !take(&pb.DelegateStreamResponse{Event: &pb.DelegateStreamResponse_Reset_{Reset_: why}}) {
				return errLeft
			}
		}
		began = one
		return c.attemptStream(ctx, made, a, one, request, take)
	})
	if errors.Is(err, errLeft) {
		return made, made.finish(passed, refusal(ReasonCancelled, nil, "the caller left the stream"))
	}
	return made, made.finish(passed, err)
}

var errLeft = errors.New("left early")

func (c *caller) attemptStream(ctx context.Context, made *call, a *ask, one *peer, request *pb.DelegateStreamRequest,
	take func(*pb.DelegateStreamResponse) bool,
) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := made.limits.StreamIdleTimeout
	silence := time.AfterFunc(idle, func() { cancel(streamIdle(idle)) })
	defer silence.Stop()
	stream, err := one.stub.DelegateStream(ctx, request)
	for err == nil {
		var event *pb.DelegateStreamResponse
		if event, err = stream.Recv(); err != nil {
			break
		}
		silence.Stop() // what the caller does with it is no silence
		if err = made.took(event); err != nil {
			break
		}
		if event.Event == nil { // what this version does not know is nobody's business here
			silence.Reset(idle)
			continue
		}
		request.AfterSequence = event.Sequence
		if reply := event.GetReply(); reply != nil {
			made.usage = reply.GetUsage()
			take(event)
			return nil
		}
		if !take(event) {
			err = errLeft
			break
		}
		silence.Reset(idle)
	}
	return c.streamFailed(ctx, a, one, err)
}

// streamFailed tells the callee, where it does not know that nobody listens any more.
func (c *caller) streamFailed(ctx context.Context, a *ask, one *peer, err error) error {
	var own *Error
	switch {
	case errors.Is(err, io.EOF):
		return refusal(ReasonAgentError, nil, "%s ended its stream without a reply", a.target)
	case errors.As(context.Cause(ctx), &own): // silent for too long
		c.giveUp(a, one)
		return own
	case errors.Is(err, errLeft), errors.As(err, &own), errors.Is(context.Cause(ctx), context.Canceled):
		c.giveUp(a, one)
	}
	return err
}

// took lets the policies look at what was received: its size, and what it holds.
func (c *call) took(message proto.Message) error {
	if err := c.received(proto.Size(message)); err != nil {
		return err
	}
	return c.read(message)
}

// start looks the target up and runs the policies.
func (c *caller) start(ctx context.Context, method string, a *ask, request proto.Message) (*call, int, error) {
	_, limits := c.end.bounds()
	within := limits.DefaultTimeout
	if a.timed && a.timeout > 0 {
		within = a.timeout
	}
	if !a.deadline.IsZero() {
		within = min(within, time.Until(a.deadline))
	}
	made := c.end.newCall(ctx, agentService+method, work, true)
	made.chain, made.message, made.target = a.chain, a.message, a.target
	made.asked, made.hasAsked, made.deadline = a.timeout, a.timed, a.deadline
	made.request, made.requestSize = request, proto.Size(request)
	if err := c.directory.lookUp(ctx, a.chain.accountID, a.target, within); err != nil {
		return made, 0, err
	}
	passed, err := made.start()
	return made, passed, err
}

// untilAnswered makes attempts until one succeeds or none may follow.
func (c *caller) untilAnswered(made *call, a *ask, safe bool, try attempt) error {
	ctx, cancel := context.WithDeadline(made.ctx, made.deadline)
	defer cancel()
	account := a.chain.accountID
	live := func(ctx context.Context, tried map[string]bool) []*pb.Instance {
		known := c.directory.live(account, a.target)
		for _, one := range known {
			if !tried[one.InstanceId] {
				return known
			}
		}
		// One that came a moment ago may not be in the copy yet.
		c.directory.refresh(ctx, account, a.target, time.Until(made.deadline))
		return c.directory.live(account, a.target)
	}
	card, err := c.directory.find(account, a.target)
	if err != nil {
		return err
	}
	all := &attempts{
		call: made, peers: c.peers, budget: c.budget(a.target), tried: map[string]bool{},
		idempotent: safe || isIdempotent(card, a.message.SkillId),
	}
	first := c.directory.live(account, a.target)
	if len(first) == 0 {
		return refusal(ReasonNoLiveInstance, map[string]any{"agent": a.target}, "no instance of %s is live", a.target)
	}
	one, err := c.peers.choose(first, nil)
	for err == nil {
		failure := c.once(ctx, made, one, try)
		if failure == nil {
			all.budget.succeeded()
			return nil
		}
		if errors.Is(failure, errLeft) {
			return failure
		}
		e := asError(failure)
		if e.Code == codes.Unavailable && (e.Reason == ReasonUnspecified || e.Reason == ReasonUnreachable) {
			failed := one.id()
			c.spawn(func() { c.directory.registry.reportUnreachable(failed, e.Text) })
		}
		one, err = all.after(ctx, e, one, live)
	}
	return err
}

func (c *caller) once(ctx context.Context, made *call, one *peer, try attempt) error {
	defer c.peers.use(one)()
	made.peerInstance = one.id()
	if err := one.connect(ctx, min(c.connectTimeout, time.Until(made.deadline))); err != nil {
		if ctx.Err() != nil {
			return asError(ctx.Err())
		}
		return err
	}
	return try(metadata.NewOutgoingContext(ctx, inject(made, one.id())), one)
}

func (c *caller) budget(target string) *budget {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.budgets[target] == nil {
		c.budgets[target] = &budget{}
	}
	return c.budgets[target]
}

// giveUp tells the callee, so that its work ends at once and not when it notices.
func (c *caller) giveUp(a *ask, one *peer) {
	receipts := make(chan []*pb.CancelReceipt, 1)
	if a.work != nil {
		a.work.below(receipts)
	}
	c.spawn(func() {
		ctx, cancel := context.WithTimeout(context.Background(), cancelTimeout)
		defer cancel()
		response, err := one.stub.Cancel(ctx, &pb.CancelRequest{
			MessageId: a.message.MessageId, FromAgent: a.message.FromAgent, AccountId: a.chain.accountID,
			Reason: "the caller gave up",
		})
		if err == nil {
			err = checkFields(response)
		}
		if err != nil { // away, or out of its mind
			receipts <- []*pb.CancelReceipt{{
				Agent: a.target, InstanceId: one.id(), MessageId: a.message.MessageId,
				Outcome: pb.CancelOutcome_CANCEL_OUTCOME_UNREACHABLE,
			}}
			return
		}
		receipts <- response.Receipts
	})
}

// conversations is the ConversationService at an address, with typed errors.
func (c *caller) conversations(address string) (pb.ConversationServiceClient, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	conn := c.services[address]
	if conn == nil {
		var err error
		if conn, err = dial(address, controlInterceptor(c.end)); err != nil {
			return nil, invalid("service_address", "no conversation service can be at %s: %v", address, err)
		}
		c.services[address] = conn
	}
	return pb.NewConversationServiceClient(conn), nil
}

func (c *caller) spawn(run func()) {
	c.background.Add(1)
	go func() {
		defer c.background.Done()
		c.end.background("telling others", run)
	}()
}

// close waits for what was still to be told, then closes the connections.
func (c *caller) close() {
	told := make(chan struct{})
	go func() { c.background.Wait(); close(told) }()
	select {
	case <-told:
	case <-time.After(cancelTimeout):
	}
	c.peers.close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.services {
		_ = conn.Close()
	}
}
