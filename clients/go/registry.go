package botmesh

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	askTimeout      = 5 * time.Second
	slowReconnect   = time.Second
	firstReconnect  = 100 * time.Millisecond
	keepaliveTime   = 20 * time.Second
	keepaliveAnswer = 5 * time.Second
	maxTold         = 1000 // agents of which something was said: beyond, it is said anew
	maxShown        = 200  // bytes of a name that somebody else made, in a log
)

// dial makes a connection that the mesh's own retries look after.
func dial(address string, interceptors ...grpc.UnaryClientInterceptor) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithNoProxy(),      // instances are dialled directly, whatever http_proxy says
		grpc.WithDisableRetry(), // the mesh retries itself: only it knows what is safe to repeat
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(transportBytes), grpc.MaxCallSendMsgSize(transportBytes),
			grpc.ForceCodecV2(newWireCodec())),
		grpc.WithMaxHeaderListSize(maxHeaderBytes),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: firstReconnect, Multiplier: 1.6, Jitter: 0.2, MaxDelay: slowReconnect},
			MinConnectTimeout: slowReconnect,
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: keepaliveTime, Timeout: keepaliveAnswer, PermitWithoutStream: true,
		}),
		grpc.WithChainUnaryInterceptor(append(interceptors, readUnary)...), grpc.WithChainStreamInterceptor(readStream))
}

// controlInterceptor runs the policies of control methods around a call to a service: deadline, size, typed errors.
func controlInterceptor(e *end) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, request, response any, conn *grpc.ClientConn,
		invoke grpc.UnaryInvoker, options ...grpc.CallOption,
	) error {
		c := e.newCall(ctx, method, control, true)
		if at, ok := ctx.Deadline(); ok {
			c.asked, c.hasAsked = min(time.Until(at), c.limits.MaxTimeout), true
		}
		c.request = request.(proto.Message)
		c.requestSize = proto.Size(c.request)
		passed, err := c.start()
		if err != nil {
			return err
		}
		bounded, cancel := context.WithDeadline(ctx, c.deadline)
		defer cancel()
		err = invoke(bounded, method, request, response, conn, options...)
		if err == nil {
			err = c.received(proto.Size(response.(proto.Message)))
		}
		return c.finish(passed, err)
	}
}

// registryClient is the registry at one address, as one end sees it.
type registryClient struct {
	address string
	conn    *grpc.ClientConn
	stub    pb.RegistryServiceClient
	log     *slog.Logger

	mu   sync.Mutex
	told map[string]bool // of whom it was said that they are left out
}

func newRegistryClient(e *end, address string) (*registryClient, error) {
	conn, err := dial(address, controlInterceptor(e))
	if err != nil {
		return nil, invalid("registry", "no registry can be at %s: %v", address, err)
	}
	return &registryClient{
		address: address, conn: conn, stub: pb.NewRegistryServiceClient(conn), log: e.log, told: map[string]bool{},
	}, nil
}

func (r *registryClient) getAgent(ctx context.Context, account, name string) (*pb.Agent, error) {
	response, err := r.stub.GetAgent(ctx, &pb.GetAgentRequest{AccountId: account, Name: name})
	return response.GetAgent(), r.typed(err)
}

// find leaves out agents whose card cannot be used.
func (r *registryClient) find(ctx context.Context, request *pb.FindAgentsRequest) ([]*pb.AgentMatch, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	response, err := r.stub.FindAgents(ctx, request)
	usable := slices.DeleteFunc(response.GetMatches(), func(match *pb.AgentMatch) bool {
		err := checkFields(match)
		if err != nil {
			r.leftOut(nameOf(match.GetCard().GetAccountId(), match.GetCard().GetName()), err)
		}
		return err != nil
	})
	return usable, r.typed(err)
}

// reportUnreachable tells the registry that an instance did not answer; the lease will tell where that fails.
func (r *registryClient) reportUnreachable(instance, why string) {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	_, _ = r.stub.ReportUnreachable(ctx, &pb.ReportUnreachableRequest{InstanceId: instance, Error: why})
}

func (r *registryClient) typed(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Reason == ReasonUnspecified && e.Code == codes.Unavailable {
		return r.unreachable()
	}
	return err
}

// isUsable tells whether what the registry says of itself can be used: limits, leases.
func (r *registryClient) isUsable(message proto.Message) bool {
	err := checkFields(message)
	if err != nil {
		r.leftOut("the mesh", err)
	}
	return err == nil
}

// leftOut says once of each agent that what the registry tells of it cannot be used.
func (r *registryClient) leftOut(who string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.told[who] {
		return
	}
	if len(r.told) >= maxTold {
		clear(r.told)
	}
	r.told[who] = true
	r.log.Warn("the registry tells what cannot be used, and it is left out", "agent", who, "error", err)
}

func nameOf(account, agent string) string { return cut(account+"/"+agent, maxShown) }

// unreadable is the error of a caller that waits for a copy: the registry is there.
func (r *registryClient) unreadable() *Error {
	return refusal(ReasonInvalidField, map[string]any{"field": "response", "address": r.address},
		"the registry at %s answers, and its snapshot cannot be read", r.address)
}

func (r *registryClient) unreachable() error {
	return refusal(ReasonRegistryUnreachable, map[string]any{"address": r.address},
		"no registry answers at %s: start one with `botmesh up`, or name another (BOTMESH_REGISTRY)", r.address)
}
