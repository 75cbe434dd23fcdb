package botmesh

import (
	"context"
	crand "crypto/rand"
	"encoding/base64"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	minBackoff                = 100 * time.Millisecond
	maxBackoff                = 2 * time.Second
	unlistedHeartbeatInterval = 200 * time.Millisecond // between heartbeats until the registry has found the instance
	leaveTimeout              = time.Second
	minHeartbeatInterval      = 50 * time.Millisecond // between heartbeats, whatever the registry says
	maxHeartbeatInterval      = 10 * time.Minute
)

// registration keeps an instance in the registry: register, heartbeat, register anew after an outage, leave.
type registration struct {
	endpoint        *endpoint
	registry        *registryClient
	request         *pb.RegisterRequest
	state           func() (pb.Readiness, *pb.Load)
	onLimits        func(Limits)
	onTraceEndpoint func(string)
	log             *slog.Logger

	listed             chan struct{} // closed once the registry has found the instance at its address
	listedOnce         sync.Once
	wake               chan struct{}
	reportedProbeError string
	cancel             context.CancelFunc
	stopped            chan struct{}
}

func newRegistration(e *endpoint, registry *registryClient, card *pb.AgentCard, instance, address string) *registration {
	var token [24]byte
	_, _ = crand.Read(token[:]) // never fails
	return &registration{
		endpoint: e, registry: registry, listed: make(chan struct{}), wake: make(chan struct{}, 1), stopped: make(chan struct{}),
		request: &pb.RegisterRequest{
			Card: card, InstanceId: instance, Address: address,
			// Made here, so that a lost answer can be asked for again.
			LeaseToken: base64.RawURLEncoding.EncodeToString(token[:]),
		},
	}
}

// start registers, or keeps trying while no registry answers. It fails where trying again would not help.
func (r *registration) start() error {
	interval, err := r.register(context.Background())
	if err != nil {
		if isFinal(asError(err)) {
			return err
		}
		r.log.Warn("no registry answers: trying again until one does", "registry", r.registry.address, "error", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go r.maintainLease(ctx, interval)
	return nil
}

// isFinal tells whether trying again would not help: the registry has refused, and did not answer what cannot be read.
func isFinal(e *Error) bool {
	isAway := e.Code == codes.Unavailable || e.Code == codes.DeadlineExceeded || e.Reason == ReasonUnspecified
	return !isAway && (e.FromPeer || !e.Started)
}

// heartbeatNow sends a heartbeat now: the readiness has changed.
func (r *registration) heartbeatNow() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// stop ends the lease; a registry that is away will notice by itself.
func (r *registration) stop() {
	if r.cancel == nil {
		return
	}
	r.cancel()
	<-r.stopped
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	_, _ = r.registry.stub.Deregister(ctx, &pb.DeregisterRequest{
		InstanceId: r.request.InstanceId, LeaseToken: r.request.LeaseToken,
	})
}

// register gives the time between heartbeats.
func (r *registration) register(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, registryTimeout)
	defer cancel()
	r.request.Readiness, _ = r.state()
	response, err := r.registry.stub.Register(ctx, r.request)
	if err != nil {
		return 0, err
	}
	if r.registry.isUsable(response) {
		r.onLimits(limitsFrom(response.Limits))
		r.onTraceEndpoint(response.TraceEndpoint)
	}
	return heartbeatInterval(response.GetLease()), nil
}

// heartbeatInterval is the time between heartbeats, whatever the registry says: neither without a pause nor once a year.
func heartbeatInterval(lease *pb.Lease) time.Duration {
	return min(max(lease.GetHeartbeatInterval().AsDuration(), minHeartbeatInterval), maxHeartbeatInterval)
}

// maintainLease holds the lease until ctx ends, whatever goes wrong. interval: between heartbeats, where there is a lease already.
func (r *registration) maintainLease(ctx context.Context, interval time.Duration) {
	defer close(r.stopped)
	pause := minBackoff
	for ctx.Err() == nil {
		answered, err := r.holdLease(ctx, interval)
		if answered {
			pause = minBackoff
		}
		if ctx.Err() == nil {
			r.log.Debug("lost the registry", "error", err)
		}
		interval = 0
		sleep(ctx, pause/2+rand.N(pause/2))
		pause = min(maxBackoff, pause*2)
	}
}

// holdLease registers, where there is no lease, and sends heartbeats until they fail; whether any was answered.
func (r *registration) holdLease(ctx context.Context, interval time.Duration) (answered bool, err error) {
	defer r.endpoint.recoverPanic("keeping the lease", &err)
	if interval == 0 {
		if interval, err = r.register(ctx); err != nil {
			return false, err
		}
	}
	return r.sendHeartbeats(ctx, interval)
}

// sendHeartbeats sends heartbeats until the stream breaks; whether any was answered.
func (r *registration) sendHeartbeats(ctx context.Context, interval time.Duration) (answered bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := r.registry.stub.Heartbeat(ctx)
	if err != nil {
		return false, err
	}
	intervals := make(chan time.Duration, 1)
	go func() {
		defer cancel() // nobody sends any more
		r.endpoint.background("heartbeats", func() { r.heartbeatLoop(ctx, stream.Send, interval, intervals) })
	}()
	silence := time.AfterFunc(3*interval+registryTimeout, cancel)
	defer silence.Stop()
	for {
		response, err := stream.Recv()
		if err != nil && !errors.Is(err, ReasonInvalidField) {
			return answered, asError(err)
		}
		answered = true
		silence.Reset(3*interval + registryTimeout)
		if err != nil || !r.registry.isUsable(response) {
			continue // it was heard all the same
		}
		if given := heartbeatInterval(response.GetLease()); response.GetLease().GetHeartbeatInterval() != nil && given != interval {
			interval = given
			select {
			case intervals <- given:
			default:
			}
			silence.Reset(3*interval + registryTimeout)
		}
		if response.Limits != nil {
			r.onLimits(limitsFrom(response.Limits))
		}
		r.noteProbe(response)
	}
}

func (r *registration) heartbeatLoop(ctx context.Context, send func(*pb.HeartbeatRequest) error, interval time.Duration,
	intervals <-chan time.Duration,
) {
	for {
		readiness, load := r.state()
		if send(&pb.HeartbeatRequest{
			InstanceId: r.request.InstanceId, LeaseToken: r.request.LeaseToken, Readiness: readiness, Load: load,
		}) != nil {
			return
		}
		pause := interval
		select {
		case <-r.listed:
		default:
			pause = min(interval, unlistedHeartbeatInterval) // its author waits for that
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-r.wake:
		case interval = <-intervals:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

func (r *registration) noteProbe(response *pb.HeartbeatResponse) {
	switch response.Probe {
	case pb.ProbeState_PROBE_STATE_PASSED:
		r.listedOnce.Do(func() { close(r.listed) })
	case pb.ProbeState_PROBE_STATE_FAILED:
		if response.ProbeError != r.reportedProbeError {
			r.reportedProbeError = response.ProbeError
			r.log.Warn("the registry cannot reach this instance: set advertise to an address that it can reach",
				"address", r.request.Address, "error", response.ProbeError)
		}
	}
}

func sleep(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
