package botmesh

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

func TestAReaderThatComesLateGetsAllEvents(t *testing.T) {
	c := testCall(t, DefaultSettings(), "m-1", "hi")
	item, _ := claim(t, c)
	item.startOnce(c.ctx, func(ctx context.Context) (proto.Message, error) {
		for range 10 {
			if err := item.emit(ctx, &pb.DelegateStreamResponse{}); err != nil {
				return nil, err
			}
		}
		return &pb.Reply{}, nil
	})
	<-item.ended
	var sequences []uint64
	err := item.read(context.Background(), 7, time.Second, func(event *pb.DelegateStreamResponse) error {
		sequences = append(sequences, event.Sequence)
		return nil
	})
	if err != nil || len(sequences) != 4 || sequences[0] != 8 || sequences[3] != 11 {
		t.Fatal(sequences, err)
	}
}

func TestABotIsHeldBackByASlowReader(t *testing.T) {
	c := testCall(t, DefaultSettings(), "m-1", "hi")
	item, _ := claim(t, c)
	var sent atomic.Int32
	item.startOnce(c.ctx, func(ctx context.Context) (proto.Message, error) {
		for range 2 * maxEventsAhead {
			if err := item.emit(ctx, &pb.DelegateStreamResponse{}); err != nil {
				return nil, err
			}
			sent.Add(1)
		}
		return &pb.Reply{}, nil
	})
	time.Sleep(50 * time.Millisecond)
	if sent.Load() != maxEventsAhead {
		t.Fatal(sent.Load())
	}
	item.stop("enough")
	<-item.ended
}

// writes starts work that runs bot, with a limit on the bytes of its reply.
func writes(t *testing.T, limit int, bot func(ctx context.Context, task *Task) error) (*workItem, *call) {
	t.Helper()
	c := testCall(t, DefaultSettings(), "m-1", "hi")
	c.limits.MaxReplyBytes = limit
	item, _ := claim(t, c)
	c.work = item
	item.startOnce(c.ctx, func(ctx context.Context) (proto.Message, error) {
		return &pb.Reply{}, bot(ctx, &Task{call: c, item: item})
	})
	return item, c
}

func TestAStreamedReplyIsBoundedWhateverItsBotDoes(t *testing.T) {
	item, _ := writes(t, 4096, func(ctx context.Context, task *Task) error {
		for range 10 {
			_ = task.Write(ctx, strings.Repeat("x", 1000)) // it does not look
		}
		if ctx.Err() == nil {
			t.Error("it was not told to stop")
		}
		return nil
	})
	received := 0
	err := item.read(context.Background(), 0, time.Second, func(event *pb.DelegateStreamResponse) error {
		if event.GetPartial() != nil {
			received += proto.Size(event)
		}
		return nil
	})
	e := asError(err)
	if e == nil || e.Reason != ReasonMessageTooLarge || e.Metadata["limit"] != "4096" || e.Metadata["direction"] != "reply" || !e.Started {
		t.Fatalf("%+v", e)
	}
	if size, _ := strconv.Atoi(e.Metadata["size"]); size <= 4096 || received > 4096 || received < 4000 {
		t.Fatal(size, received)
	}
}

func TestALastPartThatMakesAReplyTooLargeIsRefused(t *testing.T) {
	c := testCall(t, DefaultSettings(), "m-1", "hi")
	c.limits.MaxReplyBytes = 1000
	item, _ := claim(t, c)
	item.startOnce(c.ctx, func(ctx context.Context) (proto.Message, error) {
		if err := item.emit(ctx, piece(0, strings.Repeat("x", 600))); err != nil {
			return nil, err
		}
		return &pb.Reply{Message: &pb.Message{Payload: []*pb.Part{Text(strings.Repeat("x", 600))}}}, nil
	})
	if _, err := item.result(context.Background()); !errors.Is(err, ReasonMessageTooLarge) {
		t.Fatal(err)
	}
}

func TestPiecesHaveABoundOfTheirNumber(t *testing.T) {
	size := replySize{}
	for range maxPieces {
		if err := size.add(1, 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	if err := size.add(1, 1<<30); !errors.Is(err, ReasonMessageTooLarge) {
		t.Fatal(err)
	}
}

func TestProgressThatNobodyReadsTakesNoMemory(t *testing.T) {
	item, _ := writes(t, 1<<20, func(ctx context.Context, task *Task) error {
		for range 2000 {
			if err := task.Progress(ctx, strings.Repeat("x", 10_000), -1); err != nil {
				return err
			}
			if err := task.WritePart(ctx, Text("a")); err != nil {
				return err
			}
		}
		return nil
	})
	item.mu.Lock()
	item.consumed = unread // a caller that takes only the outcome
	item.signal()
	item.mu.Unlock()
	reply, err := item.result(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	<-item.ended
	if len(item.progress) > maxEventsAhead/2+1 || item.eventBytes > maxEventBytes {
		t.Fatal(len(item.progress), item.eventBytes)
	}
	if whole, err := item.whole(reply.(*pb.Reply)); err != nil || len(whole.Message.Payload) != 2000 {
		t.Fatal(err)
	}
	// A reader that comes late gets every piece, and the newest progress.
	var before uint64
	read := 0
	if err := item.read(context.Background(), 0, time.Second, func(event *pb.DelegateStreamResponse) error {
		if event.Sequence <= before {
			t.Error("out of order")
		}
		before = event.Sequence
		read++
		return nil
	}); err != nil || read < 2002 || before != 4001 {
		t.Fatal(read, before, err)
	}
}

func TestEventsOfOneWorkTakeBoundedMemory(t *testing.T) {
	item, _ := writes(t, 8<<20, func(ctx context.Context, task *Task) error {
		for range 100 {
			if err := task.Progress(ctx, strings.Repeat("x", 1_000_000), -1); err != nil {
				return err
			}
		}
		return nil
	})
	most := 0
	if err := item.read(context.Background(), 0, time.Second, func(*pb.DelegateStreamResponse) error {
		item.mu.Lock()
		defer item.mu.Unlock()
		most = max(most, item.eventBytes)
		return nil
	}); err != nil || most > maxEventBytes {
		t.Fatal(most, err)
	}
}

func TestAReaderOfPiecesThatAreNoLongerKeptIsToldSo(t *testing.T) {
	item, c := writes(t, 64<<20, func(ctx context.Context, task *Task) error {
		for range 20 {
			if err := task.WritePart(ctx, Text(strings.Repeat("x", 1_000_000))); err != nil {
				return err
			}
		}
		return nil
	})
	if err := item.read(context.Background(), 0, time.Second, func(*pb.DelegateStreamResponse) error { return nil }); err != nil {
		t.Fatal(err)
	}
	same, _ := claim(t, c.again("hi"))
	if err := same.read(context.Background(), 0, time.Second, func(*pb.DelegateStreamResponse) error { return nil }); !errors.Is(err, ReasonOutcomeUnknown) {
		t.Fatal(err)
	}
	if _, err := same.whole(&pb.Reply{}); !errors.Is(err, ReasonOutcomeUnknown) {
		t.Fatal(err)
	}
}
