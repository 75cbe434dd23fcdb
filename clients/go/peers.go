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

// peer is an instance that this process calls, with one connection that all calls share.
type peer struct {
	instance *pb.Instance
	conn     *grpc.ClientConn
	stub     pb.AgentServiceClient

	// Guarded by the lock of peers:
	inFlight     int
	ejectedUntil time.Time
	leaving      bool // whether the connection closes when no call is in flight
}

func (p *peer) id() string { return p.instance.InstanceId }

// connect waits until the connection is ready. It fails with UNREACHABLE.
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

// peers holds the instances that this process has called.
type peers struct {
	ejectionTime time.Duration

	mu         sync.Mutex
	byInstance map[string]*peer
}

func newPeers(ejectionTime time.Duration) *peers {
	return &peers{ejectionTime: ejectionTime, byInstance: map[string]*peer{}}
}

// choose picks two instances at random and returns the one with fewer calls in flight. It falls back to ejected instances
// if all others are to be avoided, and to those to avoid if there are no others.
func (p *peers) choose(instances []*pb.Instance, avoid map[string]bool) (*peer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	var fresh, healthy []*pb.Instance
	for _, instance := range instances {
		if avoid[instance.InstanceId] {
			continue
		}
		fresh = append(fresh, instance)
		if known := p.byInstance[instance.InstanceId]; known == nil || known.ejectedUntil.Before(now) {
			healthy = append(healthy, instance)
		}
	}
	candidates := instances
	if len(healthy) > 0 {
		candidates = healthy
	} else if len(fresh) > 0 {
		candidates = fresh
	}
	first := rand.IntN(len(candidates))
	instance, err := p.getOrDial(candidates[first])
	if err != nil || len(candidates) == 1 {
		return instance, err
	}
	other, err := p.getOrDial(candidates[(first+1+rand.IntN(len(candidates)-1))%len(candidates)])
	if err == nil && other.inFlight < instance.inFlight {
		instance = other
	}
	return instance, err
}

// getOrDial returns the peer of an instance; it may not be connected yet. The caller holds the lock.
func (p *peers) getOrDial(instance *pb.Instance) (*peer, error) {
	if known := p.byInstance[instance.InstanceId]; known != nil {
		return known, nil
	}
	conn, err := dial(instance.Address)
	if err != nil {
		return nil, refusal(ReasonUnreachable, map[string]any{"address": instance.Address},
			"%s: nothing can be called at %s: %v", instance.Agent, instance.Address, err)
	}
	dialled := &peer{instance: instance, conn: conn, stub: pb.NewAgentServiceClient(conn)}
	p.byInstance[instance.InstanceId] = dialled
	return dialled, nil
}

// use counts a call in flight until the returned function is called.
func (p *peers) use(peer *peer) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	peer.inFlight++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if peer.inFlight--; peer.inFlight == 0 && peer.leaving {
			_ = peer.conn.Close()
		}
	}
}

// eject makes choose prefer other instances for the ejection time.
func (p *peers) eject(peer *peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	peer.ejectedUntil = time.Now().Add(p.ejectionTime)
}

// closeAllBut closes the connections to instances that are no longer live, each when no call is in flight on it.
func (p *peers) closeAllBut(live func(string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, peer := range p.byInstance {
		if live(id) {
			continue
		}
		delete(p.byInstance, id)
		if peer.leaving = true; peer.inFlight == 0 {
			_ = peer.conn.Close()
		}
	}
}

func (p *peers) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, peer := range p.byInstance {
		_ = peer.conn.Close()
	}
}
