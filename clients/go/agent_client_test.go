package botmesh

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

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
