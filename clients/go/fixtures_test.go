package botmesh

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// snapshot returns a complete snapshot with one instance per card, all at one address.
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

// registryOf serves a registry that answers WatchAgents with these serialized responses, and all else with NOT_FOUND. It
// returns the address.
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

// logged keeps the output of a logger.
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

// connectTo returns a client that uses the registry at an address and these limits.
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

// hostileAgent answers as its test says, and counts calls and cancellations.
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

func piece(sequence uint64, text string) *pb.DelegateStreamResponse {
	return &pb.DelegateStreamResponse{Sequence: sequence, Event: &pb.DelegateStreamResponse_Partial{
		Partial: &pb.PartialReply{Part: Text(text)}}}
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
