package botmesh

import (
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

func TestARegistrationSurvivesPanicsGarbageAndHostileIntervals(t *testing.T) {
	var registers, beats atomic.Int32
	registry, err := newRegistryClient(newEndpoint(DefaultAccount, DefaultSettings()), rawServer(t, func(method string, stream *rawStream) error {
		switch method {
		case "Register":
			switch registers.Add(1) {
			case 1:
				return stream.send(garbage)
			case 2:
				return stream.sendMessage(&pb.RegisterResponse{}) // no lease, no limits
			}
			return stream.sendMessage(&pb.RegisterResponse{
				Lease:  &pb.Lease{HeartbeatInterval: &durationpb.Duration{Seconds: math.MaxInt64, Nanos: -1}},
				Limits: &pb.Limits{MaxMessageBytes: proto.Uint64(math.MaxUint64)},
			})
		case "Heartbeat":
			for {
				if err := stream.receive(&pb.HeartbeatRequest{}); err != nil {
					return err
				}
				switch beats.Add(1) {
				case 1:
					_ = stream.send(garbage)
				case 2:
					_ = stream.sendMessage(&pb.HeartbeatResponse{Probe: 99, Limits: &pb.Limits{MaxHops: proto.Uint32(0)}})
				default:
					_ = stream.sendMessage(&pb.HeartbeatResponse{Probe: pb.ProbeState_PROBE_STATE_PASSED})
				}
			}
		}
		return stream.sendMessage(&pb.DeregisterResponse{})
	}))
	if err != nil {
		t.Fatal(err)
	}
	said := &logged{}
	e := newEndpoint(DefaultAccount, DefaultSettings())
	e.log, registry.log = said.logger(), said.logger()
	r := newRegistration(e, registry, card("bot"), "i-1", "127.0.0.1:1")
	var states atomic.Int32
	r.log, r.onLimits, r.onTraceEndpoint = said.logger(), e.setCeiling, func(string) {}
	r.state = func() (pb.Readiness, *pb.Load) {
		if states.Add(1) == 4 {
			panic("a bug")
		}
		return pb.Readiness_READINESS_READY, &pb.Load{}
	}
	if err := r.start(); err != nil {
		t.Fatal(err)
	}
	defer r.stop()
	select {
	case <-r.listed:
	case <-time.After(10 * time.Second):
		t.Fatal("it gave up: ", said.String())
	}
	if _, limits := e.currentLimits(); limits != DefaultLimits() {
		t.Fatalf("%+v", limits)
	}
	if !strings.Contains(said.String(), "a panic was caught") || beats.Load() > 50 {
		t.Fatal(beats.Load(), said.String())
	}
}

func TestHeartbeatsExchangeOpenDelegations(t *testing.T) {
	beats := make(chan *pb.HeartbeatRequest, 100)
	registry, err := newRegistryClient(newEndpoint(DefaultAccount, DefaultSettings()), rawServer(t, func(method string, stream *rawStream) error {
		switch method {
		case "Register":
			return stream.sendMessage(&pb.RegisterResponse{Lease: &pb.Lease{HeartbeatInterval: durationpb.New(time.Minute)}})
		case "Heartbeat":
			for count := 0; ; count++ {
				beat := &pb.HeartbeatRequest{}
				if err := stream.receive(beat); err != nil {
					return err
				}
				beats <- beat
				response := &pb.HeartbeatResponse{Probe: pb.ProbeState_PROBE_STATE_PASSED}
				if count == 0 {
					response.OpenElsewhere = []*pb.OpenDelegations{{Key: "v-1", Count: 5}, {Key: "v-2", Count: 10}}
				}
				_ = stream.sendMessage(response)
			}
		}
		return stream.sendMessage(&pb.DeregisterResponse{})
	}))
	if err != nil {
		t.Fatal(err)
	}
	opener := newOpener(t)
	e := opener.endpoint
	r := newRegistration(e, registry, card("bot"), "i-1", "127.0.0.1:1")
	r.log, r.onLimits, r.onTraceEndpoint = e.log, e.setCeiling, func(string) {}
	r.state = func() (pb.Readiness, *pb.Load) { return pb.Readiness_READINESS_READY, &pb.Load{} }
	e.reportMany(r.heartbeatNow)
	if err := r.start(); err != nil {
		t.Fatal(err)
	}
	defer r.stop()
	if first := <-beats; len(first.OpenDelegations) != 0 {
		t.Fatal(first)
	}
	<-r.listed
	// Five are open elsewhere, so that the fifth here is the last. It sends a heartbeat at once.
	calls, refused := opener.openAll(t)
	if len(calls) != 5 || refused.Reason != ReasonTooManyDelegations {
		t.Fatal(len(calls), refused)
	}
	var told []*pb.OpenDelegations
	for len(told) == 0 {
		select {
		case beat := <-beats:
			told = beat.OpenDelegations
		case <-time.After(10 * time.Second):
			t.Fatal("no heartbeat came")
		}
	}
	if len(told) != 1 || told[0].Key != "v-1" || told[0].Count != 5 {
		t.Fatal(told)
	}
	// Its response names nothing, so that nothing is open elsewhere any more.
	eventually(t, func() bool {
		_, err := opener.open()
		return err == nil
	})
}

func TestIntervalsOfHeartbeatsAreWithinReason(t *testing.T) {
	for given, want := range map[*durationpb.Duration]time.Duration{
		nil: minHeartbeatInterval, {}: minHeartbeatInterval, {Seconds: -5}: minHeartbeatInterval, {Seconds: math.MaxInt64}: maxHeartbeatInterval, {Seconds: 3}: 3 * time.Second,
	} {
		if got := heartbeatInterval(&pb.Lease{HeartbeatInterval: given}); got != want {
			t.Errorf("%v: %v", given, got)
		}
	}
}
