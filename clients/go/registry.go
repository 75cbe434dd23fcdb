package botmesh

import (
	"context"
	"errors"
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
)

// dial makes a connection that the mesh's own retries look after.
func dial(address string, interceptors ...grpc.UnaryClientInterceptor) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithNoProxy(),      // instances are dialled directly, whatever http_proxy says
		grpc.WithDisableRetry(), // the mesh retries itself: only it knows what is safe to repeat
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(transportBytes), grpc.MaxCallSendMsgSize(transportBytes)),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: firstReconnect, Multiplier: 1.6, Jitter: 0.2, MaxDelay: slowReconnect},
			MinConnectTimeout: slowReconnect,
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: keepaliveTime, Timeout: keepaliveAnswer, PermitWithoutStream: true,
		}),
		grpc.WithChainUnaryInterceptor(interceptors...))
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
		c.requestSize = proto.Size(request.(proto.Message))
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
}

func newRegistryClient(e *end, address string) (*registryClient, error) {
	conn, err := dial(address, controlInterceptor(e))
	if err != nil {
		return nil, invalid("registry", "no registry can be at %s: %v", address, err)
	}
	return &registryClient{address, conn, pb.NewRegistryServiceClient(conn)}, nil
}

func (r *registryClient) getAgent(ctx context.Context, account, name string) (*pb.Agent, error) {
	response, err := r.stub.GetAgent(ctx, &pb.GetAgentRequest{AccountId: account, Name: name})
	return response.GetAgent(), r.typed(err)
}

func (r *registryClient) find(ctx context.Context, request *pb.FindAgentsRequest) ([]*pb.AgentMatch, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	response, err := r.stub.FindAgents(ctx, request)
	return response.GetMatches(), r.typed(err)
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

func (r *registryClient) unreachable() error {
	return refusal(ReasonRegistryUnreachable, map[string]any{"address": r.address},
		"no registry answers at %s: start one with `botmesh up`, or name another (BOTMESH_REGISTRY)", r.address)
}
