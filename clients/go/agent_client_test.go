package botmesh

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// snapshot is a whole snapshot of these agents at one address.
func snapshot(address string, cards ...*pb.AgentCard) *pb.WatchAgentsResponse {
	chunk := &pb.SnapshotChunk{Cards: cards, Complete: true}
	for _, card := range cards {
		chunk.Instances = append(chunk.Instances, &pb.Instance{
			InstanceId: card.Name + "-1", AccountId: DefaultAccount, Agent: card.Name, Address: address,
			Readiness: pb.Readiness_READINESS_READY,
		})
	}
	return &pb.WatchAgentsResponse{
		Revision: "i:1",
		Event:    &pb.WatchAgentsResponse_Snapshot{Snapshot: chunk},
	}
}

func card(name string) *pb.AgentCard { return &pb.AgentCard{AccountId: DefaultAccount, Name: name} }

// registryOf answers watches with these responses as they are, and everything else with nothing.
func registryOf(t *testing.T, responses ...[]byte) string {
	return rawServer(t, func(method string, stream *rawStream) error {
		if method != "WatchAgents" {
			return status.Error(codes.NotFound, "nothing")
		}
		for _, one := range responses {
			if err := stream.send(one); err != nil {
				return err
			}
		}
		<-stream.Context().Done()
		return nil
	})
}

// logged is a logger and what it has said.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(data)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logged) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// connectTo is a client of the mesh with that registry, and limits.
func connectTo(t *testing.T, registry string, narrow Narrow) *Mesh {
	t.Helper()
	settings := DefaultSettings()
	settings.Registry, settings.Narrow = registry, narrow
	mesh, err := Client{Settings: &settings}.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mesh.Close)
	return mesh
}

// hostileAgent answers as told, and counts what it hears.
type hostileAgent struct {
	calls, cancels atomic.Int32
	cancelled      chan struct{}
}

func (h *hostileAgent) serve(t *testing.T, answer func(stream *rawStream) error) string {
	h.cancelled = make(chan struct{}, 10)
	return rawServer(t, func(method string, stream *rawStream) error {
		if method == "Cancel" {
			h.cancels.Add(1)
			h.cancelled <- struct{}{}
			return stream.sendMessage(&pb.CancelResponse{})
		}
		h.calls.Add(1)
		return answer(stream)
	})
}

func meshWith(t *testing.T, address string, narrow Narrow) *Mesh {
	t.Helper()
	return connectTo(t, registryOf(t, bytesOf(t, snapshot(address, card("worker")))), narrow)
}

func TestAResponseThatCannotBeUsedFailsTheCallOnceAndIsStarted(t *testing.T) {
	for name, one := range map[string]struct {
		response []byte
		field    string
	}{
		"33 arrays": {bytesOf(t, &pb.DelegateResponse{Reply: &pb.Reply{Message: data(arrays(33)).Message}}), "reply.message.payload[1].data"},
		"2,000":     {bytesOf(t, &pb.DelegateResponse{Reply: &pb.Reply{Message: data(arrays(2000)).Message}}), "reply.message.payload[1].data"},
		"year 9999": {bytesOf(t, &pb.DelegateResponse{Reply: &pb.Reply{Message: &pb.Message{Timestamp: at(253402300799, 0)}}}), "reply.message.timestamp"},
		"state 99":  {bytesOf(t, &pb.DelegateResponse{Reply: &pb.Reply{TaskState: 99}}), "reply.task_state"},
		"NaN":       {bytesOf(t, &pb.DelegateResponse{Reply: &pb.Reply{Confidence: proto.Float64(math.NaN())}}), "reply.confidence"},
		"cost":      {bytesOf(t, &pb.DelegateResponse{Reply: &pb.Reply{Usage: &pb.Usage{CostMicros: -1}}}), "reply.usage.cost_micros"},
		"garbage":   {garbage, "response"},
	} {
		t.Run(name, func(t *testing.T) {
			worker := &hostileAgent{}
			mesh := meshWith(t, worker.serve(t, func(stream *rawStream) error { return stream.send(one.response) }), Narrow{})
			_, err := mesh.Delegate(context.Background(), "worker", "go")
			e := asError(err)
			if e == nil || e.Reason != ReasonInvalidField || e.Code != codes.InvalidArgument || e.Metadata["field"] != one.field ||
				!e.Started || e.FromPeer {
				t.Fatalf("%+v", e)
			}
			if worker.calls.Load() != 1 {
				t.Fatal("it was tried again")
			}
		})
	}
}

func TestAStreamThatCannotBeUsedIsBrokenOffAndItsCalleeCancelled(t *testing.T) {
	bad := &pb.DelegateStreamResponse{Sequence: 2, Event: &pb.DelegateStreamResponse_Reply{
		Reply: &pb.Reply{Message: data(arrays(33)).Message}}}
	for name, one := range map[string]struct {
		event []byte
		field string
	}{"33 arrays": {bytesOf(t, bad), "reply.message.payload[1].data"}, "garbage": {garbage, "response"}} {
		t.Run(name, func(t *testing.T) {
			worker := &hostileAgent{}
			mesh := meshWith(t, worker.serve(t, func(stream *rawStream) error {
				if err := stream.sendMessage(piece(1, "a")); err != nil {
					return err
				}
				if err := stream.send(one.event); err != nil {
					return err
				}
				<-stream.Context().Done()
				return nil
			}), Narrow{})
			coming := mesh.Stream(context.Background(), "worker", "go")
			for range coming.Events() {
			}
			_, err := coming.Reply()
			if e := asError(err); e == nil || e.Metadata["field"] != one.field || !e.Started || e.FromPeer || worker.calls.Load() != 1 {
				t.Fatalf("%+v", e)
			}
			select {
			case <-worker.cancelled:
			case <-time.After(5 * time.Second):
				t.Fatal("the callee was not told")
			}
		})
	}
}

func piece(sequence uint64, text string) *pb.DelegateStreamResponse {
	return &pb.DelegateStreamResponse{Sequence: sequence, Event: &pb.DelegateStreamResponse_Partial{
		Partial: &pb.PartialReply{Part: Text(text)}}}
}

func TestADoomedCallNeverLeaves(t *testing.T) {
	worker := &hostileAgent{}
	mesh := meshWith(t, worker.serve(t, func(stream *rawStream) error { return stream.sendMessage(&pb.DelegateResponse{}) }), Narrow{})
	for name, opt := range map[string]Option{
		"skill": Skill(long), "variables": Context(map[string]any{"a": math.NaN()}), "part": Parts(Text("\xff")),
		"nested": Parts(data(arrays(33)).Message.Payload[1]),
	} {
		_, err := mesh.Delegate(context.Background(), "worker", "go", opt)
		if e := asError(err); e == nil || e.Reason != ReasonInvalidField || e.Started {
			t.Errorf("%s: %+v", name, e)
		}
		coming := mesh.Stream(context.Background(), "worker", "go", opt)
		for range coming.Events() {
		}
		if _, err := coming.Reply(); asError(err) == nil {
			t.Errorf("%s left in a stream", name)
		}
	}
	if worker.calls.Load() != 0 {
		t.Fatal(worker.calls.Load())
	}
}

func TestAnswersWithoutWhatOneExpectsEndNoCaller(t *testing.T) {
	worker := &hostileAgent{}
	mesh := meshWith(t, worker.serve(t, func(stream *rawStream) error {
		if method := worker.calls.Load(); method == 1 {
			return stream.sendMessage(&pb.DelegateResponse{}) // no reply at all
		}
		for _, event := range []proto.Message{
			&pb.DelegateStreamResponse{Sequence: 1, Event: &pb.DelegateStreamResponse_Partial{Partial: &pb.PartialReply{}}},
			unknownField(&pb.DelegateStreamResponse{Sequence: 2}), &pb.DelegateStreamResponse{},
			&pb.DelegateStreamResponse{Sequence: 3, Event: &pb.DelegateStreamResponse_Partial{
				Partial: &pb.PartialReply{Part: Text("b"), Append: true}}},
			&pb.DelegateStreamResponse{Sequence: 4, Event: &pb.DelegateStreamResponse_Reply{Reply: &pb.Reply{}}},
		} {
			if err := stream.sendMessage(event); err != nil {
				return err
			}
		}
		return nil
	}), Narrow{})
	if reply, err := mesh.Delegate(context.Background(), "worker", "go"); err != nil || reply.Text() != "" {
		t.Fatal(reply, err)
	}
	coming := mesh.Stream(context.Background(), "worker", "go")
	events := 0
	for event := range coming.Events() {
		_ = event.Text()
		events++
	}
	if reply, err := coming.Reply(); err != nil || reply.Text() != "b" || events != 2 {
		t.Fatal(reply, err, events)
	}
}

func TestACallerLeavesAStreamThatIsTooLargeAsAWhole(t *testing.T) {
	for name, between := range map[string]proto.Message{
		"pieces": nil,
		"resets": &pb.DelegateStreamResponse{Event: &pb.DelegateStreamResponse_Reset_{Reset_: &pb.Reset{Reason: "again"}}},
	} {
		t.Run(name, func(t *testing.T) {
			worker, limit := &hostileAgent{}, 4096
			mesh := meshWith(t, worker.serve(t, func(stream *rawStream) error {
				for {
					if err := stream.sendMessage(piece(1, strings.Repeat("x", 1500))); err != nil {
						return err
					}
					if between != nil {
						_ = stream.sendMessage(between)
					}
				}
			}), Narrow{MaxReplyBytes: &limit})
			coming := mesh.Stream(context.Background(), "worker", "go")
			for range coming.Events() {
			}
			_, err := coming.Reply()
			e := asError(err)
			if e == nil || e.Reason != ReasonMessageTooLarge || e.Metadata["direction"] != "reply" || e.Metadata["limit"] != "4096" ||
				!e.Started || e.FromPeer || worker.calls.Load() != 1 {
				t.Fatalf("%+v", e)
			}
			<-worker.cancelled
		})
	}
}

func TestAReplyOfThousandsOfPiecesIsJoinedAtOnce(t *testing.T) {
	var got pieces
	for range 60_000 {
		got.add(Text(strings.Repeat("x", 100)), true)
	}
	whole := got.whole(&pb.Reply{})
	if parts := whole.Message.Payload; len(parts) != 1 || len(parts[0].GetText()) != 6_000_000 {
		t.Fatal(len(parts))
	}
}

func TestACardThatCannotBeUsedIsLeftOutAndTheRestIsTakenIn(t *testing.T) {
	said := &logged{}
	bad := card("bad")
	bad.Version = long
	all := snapshot("127.0.0.1:1", bad, card("good"))
	all.Limits = &pb.Limits{MaxTimeout: &durationpb.Duration{Seconds: math.MaxInt64}, MaxMessageBytes: proto.Uint64(math.MaxUint64)}
	all.GetSnapshot().Instances = append(all.GetSnapshot().Instances,
		&pb.Instance{InstanceId: "odd-1", AccountId: DefaultAccount, Agent: "odd", RegisteredAt: at(253402300799, 0)})
	previous := slog.Default()
	slog.SetDefault(said.logger())
	defer slog.SetDefault(previous)
	mesh := connectTo(t, registryOf(t, bytesOf(t, all), bytesOf(t, all)), Narrow{})
	eventually(t, func() bool { return strings.Contains(said.String(), "default/odd") })
	mesh.endpoint.directory.mu.Lock()
	defer mesh.endpoint.directory.mu.Unlock()
	if entry := mesh.endpoint.directory.entries[agentKey{DefaultAccount, "good"}]; entry == nil || len(entry.instances) != 1 {
		t.Fatal("the good one is missing")
	}
	if entry := mesh.endpoint.directory.entries[agentKey{DefaultAccount, "bad"}]; entry == nil || entry.card.Version != "" {
		t.Fatal("the bad card was taken in")
	}
	if mesh.endpoint.directory.owner["odd-1"].name != "" {
		t.Fatal("the odd instance was taken in")
	}
	if _, limits := mesh.endpoint.currentLimits(); limits != DefaultLimits() {
		t.Fatalf("%+v", limits)
	}
	if strings.Count(said.String(), "default/bad") != 1 {
		t.Fatal(said.String())
	}
}

func TestASnapshotThatCannotBeReadIsSkippedAndTheWatchGoesOn(t *testing.T) {
	mesh := connectTo(t, registryOf(t, garbage, bytesOf(t, snapshot("127.0.0.1:1", card("good")))), Narrow{})
	if agents := mesh.Agents(); len(agents) != 1 || agents[0].Card.Name != "good" {
		t.Fatal(agents)
	}
}

func TestWhoWaitsForASnapshotThatCannotBeReadHearsThatTheRegistryAnswers(t *testing.T) {
	settings := DefaultSettings()
	e := newEndpoint(DefaultAccount, settings)
	registry, err := newRegistryClient(e, registryOf(t, garbage))
	if err != nil {
		t.Fatal(err)
	}
	d := newDirectory(DefaultAccount, registry)
	defer d.close()
	err = d.awaitSnapshot(context.Background(), 500*time.Millisecond)
	if got := asError(err); got.Reason != ReasonInvalidField || strings.Contains(got.Text, "no registry") || !strings.Contains(got.Text, "answers") {
		t.Fatal(err)
	}
}

func TestAWatchThatIsRefusedSaysWhy(t *testing.T) {
	registry, err := newRegistryClient(newEndpoint(DefaultAccount, DefaultSettings()), rawServer(t, func(string, *rawStream) error {
		return toStatus(refusal(ReasonQuotaExceeded, map[string]any{"limit": 1}, "no more watches"))
	}))
	if err != nil {
		t.Fatal(err)
	}
	d := newDirectory(DefaultAccount, registry)
	defer d.close()
	if got := asError(d.awaitSnapshot(context.Background(), 500*time.Millisecond)); got.Reason != ReasonQuotaExceeded || got.Started {
		t.Fatalf("%+v", got)
	}
}

func TestAWatchSurvivesAPanic(t *testing.T) {
	var watches atomic.Int32
	registry, err := newRegistryClient(newEndpoint(DefaultAccount, DefaultSettings()), rawServer(t, func(_ string, stream *rawStream) error {
		watches.Add(1)
		_ = stream.sendMessage(snapshot("127.0.0.1:1", card("good")))
		<-stream.Context().Done()
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	said := &logged{}
	registry.log = said.logger()
	d := newDirectory(DefaultAccount, registry)
	var panics atomic.Int32
	d.onChange = func() {
		if panics.Add(1) < 3 {
			panic("a bug")
		}
	}
	defer d.close()
	_ = d.awaitSnapshot(context.Background(), time.Second)
	eventually(t, func() bool { return watches.Load() >= 3 && panics.Load() >= 3 })
	if strings.Count(said.String(), "a panic was caught") != 2 {
		t.Fatal(said.String())
	}
}

func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for range 500 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it never came")
}

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

func TestIntervalsOfHeartbeatsAreWithinReason(t *testing.T) {
	for given, want := range map[*durationpb.Duration]time.Duration{
		nil: minHeartbeatInterval, {}: minHeartbeatInterval, {Seconds: -5}: minHeartbeatInterval, {Seconds: math.MaxInt64}: maxHeartbeatInterval, {Seconds: 3}: 3 * time.Second,
	} {
		if got := heartbeatInterval(&pb.Lease{HeartbeatInterval: given}); got != want {
			t.Errorf("%v: %v", given, got)
		}
	}
}
