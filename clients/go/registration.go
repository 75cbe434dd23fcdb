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
	minHeartbeatInterval      = 50 * time.Millisecond // bounds of the interval that the registry asks for
	maxHeartbeatInterval      = 10 * time.Minute
)

// registration keeps an instance in the registry: it registers, sends heartbeats, registers again after an outage and
// deregisters.
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
			// Chosen by the instance, so that it can repeat Register after a lost response.
			LeaseToken: base64.RawURLEncoding.EncodeToString(token[:]),
		},
	}
}

// start registers the instance and keeps its lease in the background, also if no registry answers yet. It fails if the
// registry refuses the instance for good.
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

// isFinal reports whether the registry refused the instance, so that another try would fail too.
func isFinal(e *Error) bool {
	isAway := e.Code == codes.Unavailable || e.Code == codes.DeadlineExceeded || e.Reason == ReasonUnspecified
	return !isAway && (e.FromPeer || !e.Started)
}

// heartbeatNow sends a heartbeat without delay. It is called when the readiness has changed, or a
// conversation has many open delegations.
func (r *registration) heartbeatNow() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// stop stops the heartbeats and deregisters the instance. If the registry is down, the lease expires there.
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

// register registers the instance and returns the interval between heartbeats.
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

// heartbeatInterval returns the interval that a lease asks for, within minHeartbeatInterval and maxHeartbeatInterval.
func heartbeatInterval(lease *pb.Lease) time.Duration {
	return min(max(lease.GetHeartbeatInterval().AsDuration(), minHeartbeatInterval), maxHeartbeatInterval)
}

// maintainLease holds the lease until ctx ends and registers again after each failure. interval is the one of the lease
// that start got, or 0 if there is no lease yet.
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

// holdLease registers if interval is 0, then sends heartbeats until they fail. answered reports whether the registry
// answered any.
func (r *registration) holdLease(ctx context.Context, interval time.Duration) (answered bool, err error) {
	defer r.endpoint.recoverPanic("keeping the lease", &err)
	if interval == 0 {
		if interval, err = r.register(ctx); err != nil {
			return false, err
		}
	}
	return r.sendHeartbeats(ctx, interval)
}

// sendHeartbeats sends heartbeats until the stream breaks. answered reports whether the registry answered any.
func (r *registration) sendHeartbeats(ctx context.Context, interval time.Duration) (answered bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer r.endpoint.setElsewhere(nil) // counts that no heartbeat replaces would refuse calls for ever
	stream, err := r.registry.stub.Heartbeat(ctx)
	if err != nil {
		return false, err
	}
	intervals := make(chan time.Duration, 1)
	go func() {
		defer cancel() // without a sender the stream is of no use
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
			continue // the registry is alive, although its response is invalid
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
		r.endpoint.setElsewhere(response.OpenElsewhere)
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
			OpenDelegations: r.endpoint.openDelegations(),
		}) != nil {
			return
		}
		pause := interval
		select {
		case <-r.listed:
		default:
			pause = min(interval, unlistedHeartbeatInterval) // Serving.Listed waits for the response
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
