package botmesh

import (
	"context"
	"errors"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const cancelTimeout = time.Second // for the Cancel RPC to a callee

// invocation is one request to an agent: target, message, chain and deadline.
type invocation struct {
	target     string
	message    *pb.Message
	chain      chain
	timeout    time.Duration
	hasTimeout bool      // whether the caller set timeout
	deadline   time.Time // the parent's; zero: none
	work       *workItem // the work that makes this call; nil in a client
}

// agentClient calls agents. It runs the policies once per call and makes as many attempts as the retry rules allow.
type agentClient struct {
	endpoint       *endpoint
	directory      *directory
	peers          *peers
	connectTimeout time.Duration
	background     sync.WaitGroup

	mu           sync.Mutex
	retryBudgets map[string]*retryBudget
	services     map[string]*grpc.ClientConn // conversation services, by address
}

func newAgentClient(e *endpoint, d *directory, settings Settings) *agentClient {
	client := &agentClient{
		endpoint: e, directory: d, peers: newPeers(settings.EjectionTime), connectTimeout: settings.ConnectTimeout,
		retryBudgets: map[string]*retryBudget{}, services: map[string]*grpc.ClientConn{},
	}
	d.onChange = func() { client.peers.closeAllBut(d.has) }
	return client
}

// attempt is one try of a call at one peer.
type attempt func(ctx context.Context, peer *peer) error

// invoke calls a unary work method. send makes one attempt at the given peer.
func (c *agentClient) invoke(ctx context.Context, method string, a *invocation, request proto.Message,
	send func(context.Context, *peer) (proto.Message, error),
) (proto.Message, *call, error) {
	call, passed, err := c.start(ctx, method, a, request)
	if err != nil {
		return nil, call, err
	}
	var response proto.Message
	err = c.runAttempts(call, a, method == "Transfer", func(ctx context.Context, peer *peer) (err error) {
		response, err = send(ctx, peer)
		if err != nil && errors.Is(context.Cause(call.ctx), context.Canceled) {
			c.cancelAtPeer(a, peer)
		}
		return err
	})
	if err == nil {
		err = call.checkReceived(response)
	}
	if delegated, ok := response.(*pb.DelegateResponse); ok && err == nil {
		call.usage = delegated.GetReply().GetUsage()
	}
	return response, call, call.finish(passed, err)
}

// checkReceived runs the policies on a received message: first on its size, then on its fields.
func (c *call) checkReceived(message proto.Message) error {
	if err := c.received(proto.Size(message)); err != nil {
		return err
	}
	return c.read(message)
}

// start looks the target up in the directory and runs the caller's policies.
func (c *agentClient) start(ctx context.Context, method string, a *invocation, request proto.Message) (*call, int, error) {
	_, limits := c.endpoint.currentLimits()
	within := limits.DefaultTimeout
	if a.hasTimeout && a.timeout > 0 {
		within = a.timeout
	}
	if !a.deadline.IsZero() {
		within = min(within, time.Until(a.deadline))
	}
	call := c.endpoint.newCall(ctx, agentServicePath+method, work, true)
	call.chain, call.message, call.target = a.chain, a.message, a.target
	call.requestedTimeout, call.hasTimeout, call.deadline = a.timeout, a.hasTimeout, a.deadline
	call.request, call.requestSize = request, proto.Size(request)
	if err := c.directory.lookUp(ctx, a.chain.accountID, a.target, within); err != nil {
		return call, 0, err
	}
	passed, err := call.start()
	return call, passed, err
}

// runAttempts makes attempts until one succeeds or the retry rules allow no more.
func (c *agentClient) runAttempts(call *call, a *invocation, repeatable bool, try attempt) error {
	ctx, cancel := context.WithDeadline(call.ctx, call.deadline)
	defer cancel()
	account := a.chain.accountID
	liveInstances := func(ctx context.Context, tried map[string]bool) []*pb.Instance {
		known := c.directory.live(account, a.target)
		for _, instance := range known {
			if !tried[instance.InstanceId] {
				return known
			}
		}
		// An instance that has just registered may not be in the local copy yet.
		c.directory.refresh(ctx, account, a.target, time.Until(call.deadline))
		return c.directory.live(account, a.target)
	}
	card, err := c.directory.find(account, a.target)
	if err != nil {
		return err
	}
	attempts := &attempts{
		call: call, peers: c.peers, budget: c.retryBudget(a.target), tried: map[string]bool{},
		idempotent: repeatable || isIdempotent(card, a.message.SkillId),
	}
	instances := c.directory.live(account, a.target)
	if len(instances) == 0 {
		return refusal(ReasonNoLiveInstance, map[string]any{"agent": a.target}, "no instance of %s is live", a.target)
	}
	peer, err := c.peers.choose(instances, nil)
	for err == nil {
		failure := c.attemptOnce(ctx, call, peer, try)
		if failure == nil {
			attempts.budget.recordSuccess()
			return nil
		}
		if errors.Is(failure, errStreamLeft) {
			return failure
		}
		e := asError(failure)
		if e.Code == codes.Unavailable && (e.Reason == ReasonUnspecified || e.Reason == ReasonUnreachable) {
			failed := peer.id()
			c.spawn(func() { c.directory.registry.reportUnreachable(failed, e.Text) })
		}
		peer, err = attempts.next(ctx, e, peer, liveInstances)
	}
	return err
}

func (c *agentClient) attemptOnce(ctx context.Context, call *call, peer *peer, try attempt) error {
	defer c.peers.use(peer)()
	call.peerInstance = peer.id()
	if err := peer.connect(ctx, min(c.connectTimeout, time.Until(call.deadline))); err != nil {
		if ctx.Err() != nil {
			return asError(ctx.Err())
		}
		return err
	}
	return try(metadata.NewOutgoingContext(ctx, inject(call, peer.id())), peer)
}

func (c *agentClient) retryBudget(target string) *retryBudget {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.retryBudgets[target] == nil {
		c.retryBudgets[target] = &retryBudget{}
	}
	return c.retryBudgets[target]
}

// cancelAtPeer sends Cancel to the callee in the background, so that its work ends at once and not after its orphan grace.
func (c *agentClient) cancelAtPeer(a *invocation, peer *peer) {
	receipts := make(chan []*pb.CancelReceipt, 1)
	if a.work != nil {
		a.work.addReceipts(receipts)
	}
	c.spawn(func() {
		ctx, cancel := context.WithTimeout(context.Background(), cancelTimeout)
		defer cancel()
		response, err := peer.stub.Cancel(ctx, &pb.CancelRequest{
			MessageId: a.message.MessageId, FromAgent: a.message.FromAgent, AccountId: a.chain.accountID,
			Reason: "the caller gave up",
		})
		if err == nil {
			err = checkFields(response)
		}
		if err != nil { // unreachable, or its answer is invalid
			receipts <- []*pb.CancelReceipt{{
				Agent: a.target, InstanceId: peer.id(), MessageId: a.message.MessageId,
				Outcome: pb.CancelOutcome_CANCEL_OUTCOME_UNREACHABLE,
			}}
			return
		}
		receipts <- response.Receipts
	})
}

// conversations returns a client of the ConversationService at an address. Its errors are *Error.
func (c *agentClient) conversations(address string) (pb.ConversationServiceClient, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	conn := c.services[address]
	if conn == nil {
		var err error
		if conn, err = dial(address, controlInterceptor(c.endpoint)); err != nil {
			return nil, invalid("service_address", "no conversation service can be at %s: %v", address, err)
		}
		c.services[address] = conn
	}
	return pb.NewConversationServiceClient(conn), nil
}

func (c *agentClient) spawn(run func()) {
	c.background.Add(1)
	go func() {
		defer c.background.Done()
		c.endpoint.background("telling others", run)
	}()
}

// close waits up to cancelTimeout for background calls, then closes all connections.
func (c *agentClient) close() {
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
