package botmesh

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	registryTimeout = 5 * time.Second
	slowReconnect   = time.Second
	firstReconnect  = 100 * time.Millisecond
	keepaliveTime   = 20 * time.Second
	keepaliveAnswer = 5 * time.Second
	maxReported     = 1000 // agents whose warnings are remembered
	maxNameBytes    = 200  // bytes of an agent's name in a log
)

// registryClient calls the registry at one address.
type registryClient struct {
	address string
	conn    *grpc.ClientConn
	stub    pb.RegistryServiceClient
	log     *slog.Logger

	mu       sync.Mutex
	reported map[string]bool // agents that a warning was logged for
}

func newRegistryClient(e *endpoint, address string) (*registryClient, error) {
	conn, err := dial(address, controlInterceptor(e))
	if err != nil {
		return nil, invalid("registry", "no registry can be at %s: %v", address, err)
	}
	return &registryClient{
		address: address, conn: conn, stub: pb.NewRegistryServiceClient(conn), log: e.log, reported: map[string]bool{},
	}, nil
}

func (r *registryClient) getAgent(ctx context.Context, account, name string) (*pb.Agent, error) {
	response, err := r.stub.GetAgent(ctx, &pb.GetAgentRequest{AccountId: account, Name: name})
	return response.GetAgent(), r.typed(err)
}

// find calls FindAgents. It leaves out agents with an invalid card.
func (r *registryClient) find(ctx context.Context, request *pb.FindAgentsRequest) ([]*pb.AgentMatch, error) {
	ctx, cancel := context.WithTimeout(ctx, registryTimeout)
	defer cancel()
	response, err := r.stub.FindAgents(ctx, request)
	usable := slices.DeleteFunc(response.GetMatches(), func(match *pb.AgentMatch) bool {
		err := checkFields(match)
		if err != nil {
			r.warnLeftOut(nameOf(match.GetCard().GetAccountId(), match.GetCard().GetName()), err)
		}
		return err != nil
	})
	return usable, r.typed(err)
}

// reportUnreachable tells the registry that an instance did not answer. Errors are ignored: the lease expires anyway.
func (r *registryClient) reportUnreachable(instance, why string) {
	ctx, cancel := context.WithTimeout(context.Background(), registryTimeout)
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

// isUsable reports whether a message of the registry about the mesh, such as limits or a lease, is valid.
func (r *registryClient) isUsable(message proto.Message) bool {
	err := checkFields(message)
	if err != nil {
		r.warnLeftOut("the mesh", err)
	}
	return err == nil
}

// warnLeftOut logs, once per agent, that the registry's data about it is invalid and ignored.
func (r *registryClient) warnLeftOut(who string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reported[who] {
		return
	}
	if len(r.reported) >= maxReported {
		clear(r.reported)
	}
	r.reported[who] = true
	r.log.Warn("the registry sent invalid data, which is ignored", "agent", who, "error", err)
}

func nameOf(account, agent string) string { return cut(account+"/"+agent, maxNameBytes) }

// unreadable returns the error for a snapshot that cannot be parsed.
func (r *registryClient) unreadable() *Error {
	return refusal(ReasonInvalidField, map[string]any{"field": "response", "address": r.address},
		"the registry at %s answers, and its snapshot cannot be read", r.address)
}

func (r *registryClient) unreachable() error {
	return refusal(ReasonRegistryUnreachable, map[string]any{"address": r.address},
		"no registry answers at %s: start one with `botmesh up`, or name another (BOTMESH_REGISTRY)", r.address)
}
