package botmesh

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

func testCall(t *testing.T, settings Settings, id, text string) *call {
	t.Helper()
	e := newEndpoint("default", settings)
	c := e.newCall(context.Background(), agentServicePath+"Delegate", work, false)
	c.message = &pb.Message{MessageId: id, FromAgent: "a", Payload: []*pb.Part{Text(text)}}
	c.deadline = time.Now().Add(time.Minute)
	return c
}

func (c *call) again(text string) *call {
	copied := *c
	copied.message = proto.CloneOf(c.message)
	copied.message.Payload = []*pb.Part{Text(text)}
	return &copied
}

func claim(t *testing.T, c *call) (*workItem, bool) {
	t.Helper()
	item, joined, err := c.endpoint.works.claim(c)
	if err != nil {
		t.Fatal(err)
	}
	return item, joined
}

func TestARepeatJoinsAndIsDoneOnce(t *testing.T) {
	c := testCall(t, DefaultSettings(), "m-1", "hi")
	item, _ := claim(t, c)
	var runs atomic.Int32
	run := func(context.Context) (proto.Message, error) {
		runs.Add(1)
		return &pb.Reply{InstanceId: "i"}, nil
	}
	item.startOnce(c.ctx, run)
	same, joined := claim(t, c.again("hi"))
	same.startOnce(c.ctx, run)
	outcome, err := same.result(context.Background())
	if !joined || err != nil || outcome.(*pb.Reply).InstanceId != "i" || runs.Load() != 1 {
		t.Fatal(joined, err, outcome, runs.Load())
	}
	replayed, joined := claim(t, c.again("hi"))
	if outcome, err := replayed.result(context.Background()); !joined || err != nil || outcome == nil {
		t.Fatal(joined, err)
	}
}

func TestAnotherPayloadUnderAnIDIsRefused(t *testing.T) {
	c := testCall(t, DefaultSettings(), "m-1", "hi")
	claim(t, c)
	_, _, err := c.endpoint.works.claim(c.again("something else"))
	if !errors.Is(err, ReasonMessageIDReused) {
		t.Fatal(err)
	}
}

func TestWorkWithoutACallerEndsAfterItsGrace(t *testing.T) {
	settings := DefaultSettings()
	settings.OrphanGrace = 30 * time.Millisecond
	c := testCall(t, settings, "m-1", "hi")
	item, _ := claim(t, c)
	item.startOnce(c.ctx, func(ctx context.Context) (proto.Message, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	lost, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := item.result(lost); !errors.Is(err, ReasonCancelled) {
		t.Fatal(err)
	}
	select {
	case <-item.ended:
	case <-time.After(5 * time.Second):
		t.Fatal("it goes on without a caller")
	}
}

func TestTheDeadlineEndsTheWorkItself(t *testing.T) {
	c := testCall(t, DefaultSettings(), "m-1", "hi")
	c.deadline = time.Now().Add(30 * time.Millisecond)
	item, _ := claim(t, c)
	item.startOnce(c.ctx, func(ctx context.Context) (proto.Message, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	_, err := item.result(context.Background())
	if e := asError(err); e.Reason != ReasonDeadlineExpired || !e.Started {
		t.Fatal(err)
	}
	<-item.ended
}

func TestOutcomesAreForgottenWhenThereAreTooMany(t *testing.T) {
	settings := DefaultSettings()
	settings.IdempotencyCount = 2
	c := testCall(t, settings, "m-0", "hi")
	for _, id := range []string{"m-1", "m-2", "m-3"} {
		next := c.again("hi")
		next.message.MessageId = id
		item, _ := claim(t, next)
		item.startOnce(c.ctx, func(context.Context) (proto.Message, error) { return &pb.Reply{}, nil })
		<-item.ended
	}
	if _, remembered := c.endpoint.works.counts(); remembered != 2 {
		t.Fatal(remembered)
	}
}
