package botmesh

import (
	"context"
	"errors"
	"io"
	"time"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// stream passes each event of DelegateStream to take. If take returns false, the stream ends and the callee is cancelled.
func (c *agentClient) stream(ctx context.Context, a *invocation, take func(*pb.DelegateStreamResponse) bool) (*call, error) {
	request := &pb.DelegateStreamRequest{Message: a.message}
	call, passed, err := c.start(ctx, "DelegateStream", a, request)
	if err != nil {
		return call, err
	}
	var current *peer // the source of the events so far
	err = c.runAttempts(call, a, false, func(ctx context.Context, peer *peer) error {
		if current != nil && current != peer && request.AfterSequence > 0 {
			request.AfterSequence = 0
			why := &pb.Reset{Reason: a.target + " was lost and starts again"}
			if !take(&pb.DelegateStreamResponse{Event: &pb.DelegateStreamResponse_Reset_{Reset_: why}}) {
				return errStreamLeft
			}
		}
		current = peer
		return c.attemptStream(ctx, call, a, peer, request, take)
	})
	if errors.Is(err, errStreamLeft) {
		return call, call.finish(passed, refusal(ReasonCancelled, nil, "the caller left the stream"))
	}
	return call, call.finish(passed, err)
}

var errStreamLeft = errors.New("left early")

func (c *agentClient) attemptStream(ctx context.Context, call *call, a *invocation, peer *peer, request *pb.DelegateStreamRequest,
	take func(*pb.DelegateStreamResponse) bool,
) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := call.limits.StreamIdleTimeout
	silence := time.AfterFunc(idle, func() { cancel(streamIdle(idle)) })
	defer silence.Stop()
	stream, err := peer.stub.DelegateStream(ctx, request)
	for err == nil {
		var event *pb.DelegateStreamResponse
		if event, err = stream.Recv(); err != nil {
			break
		}
		silence.Stop() // the time the caller spends on an event does not count as idle
		if err = call.checkReceived(event); err != nil {
			break
		}
		if event.Event == nil { // an event kind that this version does not know
			silence.Reset(idle)
			continue
		}
		request.AfterSequence = event.Sequence
		if reply := event.GetReply(); reply != nil {
			call.usage = reply.GetUsage()
			take(event)
			return nil
		}
		if !take(event) {
			err = errStreamLeft
			break
		}
		silence.Reset(idle)
	}
	return c.streamFailed(ctx, a, peer, err)
}

// streamFailed returns the error of a failed stream, and cancels the callee if the callee may still be running.
func (c *agentClient) streamFailed(ctx context.Context, a *invocation, peer *peer, err error) error {
	var own *Error
	switch {
	case errors.Is(err, io.EOF):
		return refusal(ReasonAgentError, nil, "%s ended its stream without a reply", a.target)
	case errors.As(context.Cause(ctx), &own): // silent for too long
		c.cancelAtPeer(a, peer)
		return own
	case errors.Is(err, errStreamLeft), errors.As(err, &own), errors.Is(context.Cause(ctx), context.Canceled):
		c.cancelAtPeer(a, peer)
	}
	return err
}
