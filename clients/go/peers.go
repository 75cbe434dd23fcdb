package botmesh

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// peer is one instance that this process calls: one connection, reused.
type peer struct {
	instance *pb.Instance
	conn     *grpc.ClientConn
	stub     pb.AgentServiceClient

	inFlight   int // the rest under the lock of peers
	asideUntil time.Time
	leaving    bool
}

func (p *peer) id() string { return p.instance.InstanceId }

// connect returns when the connection stands.
func (p *peer) connect(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	p.conn.Connect()
	for state := p.conn.GetState(); state != connectivity.Ready; state = p.conn.GetState() {
		if state == connectivity.TransientFailure || state == connectivity.Shutdown {
			return p.unreachable("no connection could be made")
		}
		if state == connectivity.Idle {
			p.conn.Connect()
		}
		if !p.conn.WaitForStateChange(ctx, state) {
			return p.unreachable("no connection in time")
		}
	}
	return nil
}

func (p *peer) unreachable(why string) error {
	return refusal(ReasonUnreachable, map[string]any{"address": p.instance.Address},
		"%s at %s: %s; nothing was sent", p.instance.Agent, p.instance.Address, why)
}

// peers are all instances that this process has called.
type peers struct {
	setAsideFor time.Duration

	mu    sync.Mutex
	known map[string]*peer
}

func newPeers(setAside time.Duration) *peers {
	return &peers{setAsideFor: setAside, known: map[string]*peer{}}
}

// choose takes the one with the fewest calls in flight of two random ones. Those that failed of late, and those to
// avoid, are taken only if there are no others.
func (p *peers) choose(instances []*pb.Instance, avoid map[string]bool) (*peer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	var fresh, healthy []*pb.Instance
	for _, one := range instances {
		if avoid[one.InstanceId] {
			continue
		}
		fresh = append(fresh, one)
		if known := p.known[one.InstanceId]; known == nil || known.asideUntil.Before(now) {
			healthy = append(healthy, one)
		}
	}
	candidates := instances
	if len(healthy) > 0 {
		candidates = healthy
	} else if len(fresh) > 0 {
		candidates = fresh
	}
	first := rand.IntN(len(candidates))
	one, err := p.get(candidates[first])
	if err != nil || len(candidates) == 1 {
		return one, err
	}
	other, err := p.get(candidates[(first+1+rand.IntN(len(candidates)-1))%len(candidates)])
	if err == nil && other.inFlight < one.inFlight {
		one = other
	}
	return one, err
}

// get is the peer of an instance, connected or not. The lock is held.
func (p *peers) get(instance *pb.Instance) (*peer, error) {
	if known := p.known[instance.InstanceId]; known != nil {
		return known, nil
	}
	conn, err := dial(instance.Address)
	if err != nil {
		return nil, refusal(ReasonUnreachable, map[string]any{"address": instance.Address},
			"%s: nothing can be called at %s: %v", instance.Agent, instance.Address, err)
	}
	made := &peer{instance: instance, conn: conn, stub: pb.NewAgentServiceClient(conn)}
	p.known[instance.InstanceId] = made
	return made, nil
}

// use counts a call in flight, until the returned function is called.
func (p *peers) use(one *peer) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	one.inFlight++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if one.inFlight--; one.inFlight == 0 && one.leaving {
			_ = one.conn.Close()
		}
	}
}

// setAside: it failed, prefer others for a while.
func (p *peers) setAside(one *peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one.asideUntil = time.Now().Add(p.setAsideFor)
}

// keep closes connections to instances that are no longer live, as soon as nothing is in flight.
func (p *peers) keep(live func(string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, one := range p.known {
		if live(id) {
			continue
		}
		delete(p.known, id)
		if one.leaving = true; one.inFlight == 0 {
			_ = one.conn.Close()
		}
	}
}

func (p *peers) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.known {
		_ = one.conn.Close()
	}
}
