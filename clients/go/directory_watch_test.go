package botmesh

import (
	"context"
	"log/slog"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

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
