package botmesh

import (
	"context"
	"slices"
	"sort"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// read sends the events with a sequence greater than after as they arrive, then the outcome. It fails with STREAM_IDLE if
// the time between two events is longer than idle, and with OUTCOME_UNKNOWN if such an event was dropped.
func (w *workItem) read(ctx context.Context, after uint64, idle time.Duration,
	send func(*pb.DelegateStreamResponse) error,
) error {
	w.addCaller()
	defer w.removeCaller()
	for {
		event, settled, changed, err := w.next(after)
		switch {
		case err != nil:
			return err
		case event != nil:
			after = event.Sequence
			if err := send(event); err != nil {
				return err
			}
		case settled:
			return w.finalEvent(send)
		default:
			if err := waitFor(ctx, changed, idle); err != nil {
				return err
			}
		}
	}
}

// next returns the first event with a sequence greater than after. If there is none yet, it returns whether the work is
// over and the channel to wait on.
func (w *workItem) next(after uint64) (*pb.DelegateStreamResponse, bool, <-chan struct{}, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if after >= w.lastSequence {
		return nil, w.settled, w.changed, nil
	}
	if after < w.droppedUpTo {
		return nil, false, nil, noLongerKept()
	}
	at := w.position(after + 1)
	if at == len(w.events) { // the remaining events were progress and are dropped
		return nil, w.settled, w.changed, nil
	}
	event := w.events[at]
	if w.consumed < event.Sequence {
		w.consumed = event.Sequence
		w.signal()
	}
	return event, false, nil, nil
}

func noLongerKept() *Error {
	return refusal(ReasonOutcomeUnknown, nil, "the first events of this work are no longer kept: ask again as a new task")
}

// position returns the index of the first kept event with at least this sequence. The caller holds the lock.
func (w *workItem) position(number uint64) int {
	return sort.Search(len(w.events), func(at int) bool { return w.events[at].Sequence >= number })
}

func (w *workItem) finalEvent(send func(*pb.DelegateStreamResponse) error) error {
	w.mu.Lock()
	reply, ok := w.outcome.(*pb.Reply)
	err, sequence := w.err, w.lastSequence+1
	w.mu.Unlock()
	if err != nil {
		return err
	}
	if !ok {
		return noReply()
	}
	return send(lastEvent(sequence, reply))
}

func lastEvent(sequence uint64, reply *pb.Reply) *pb.DelegateStreamResponse {
	return &pb.DelegateStreamResponse{Sequence: sequence, Event: &pb.DelegateStreamResponse_Reply{Reply: reply}}
}

func noReply() *Error { return refusal(ReasonAgentError, nil, "this work has no reply") }

func waitFor(ctx context.Context, changed <-chan struct{}, idle time.Duration) error {
	silence := time.NewTimer(idle)
	defer silence.Stop()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return asError(ctx.Err())
	case <-silence.C:
		return streamIdle(idle)
	}
}

func streamIdle(limit time.Duration) *Error {
	return refusal(ReasonStreamIdle, map[string]any{"limit": limit.Seconds()},
		"the stream was silent for %v: send progress in between", limit)
}

// emit adds an event. It blocks while all readers are maxEventsAhead behind. A piece that makes the reply too large is not
// added and ends the work.
func (w *workItem) emit(ctx context.Context, event *pb.DelegateStreamResponse) error {
	w.mu.Lock()
	for w.consumed != unread && w.lastSequence >= w.consumed+maxEventsAhead && !w.detached && !w.settled {
		changed := w.changed
		w.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return asError(ctx.Err())
		}
		w.mu.Lock()
	}
	if w.settled {
		w.mu.Unlock()
		return refusal(ReasonCancelled, nil, "the work is over: its callers receive no more events")
	}
	event.Sequence = w.lastSequence + 1
	if isOfReply(event) {
		if err := w.replySize.add(proto.Size(event), w.maxReply); err != nil {
			w.mu.Unlock()
			w.settle(nil, asError(err))
			return err
		}
	}
	defer w.mu.Unlock()
	if event.GetProgress() != nil {
		w.dropUnreadProgress()
		w.progress = append(w.progress, event.Sequence)
	}
	w.lastSequence = event.Sequence
	w.events = append(w.events, event)
	w.eventBytes += memoryOf(event)
	w.trimEvents()
	w.signal()
	return nil
}

// dropUnreadProgress drops progress events that no caller has read, if readers are far behind or none reads events. The
// caller holds the lock.
func (w *workItem) dropUnreadProgress() {
	if w.consumed != unread && w.lastSequence < w.consumed+maxEventsAhead/2 {
		return
	}
	for last := len(w.progress) - 1; last >= 0; last-- {
		if w.consumed != unread && w.progress[last] <= w.consumed {
			return
		}
		w.dropEvent(w.position(w.progress[last]))
		w.progress = w.progress[:last]
	}
}

// trimEvents keeps the events within maxEventBytes: it drops the oldest progress first, then pieces already read. The
// caller holds the lock.
func (w *workItem) trimEvents() {
	for w.eventBytes > maxEventBytes && len(w.progress) > 0 {
		w.dropEvent(w.position(w.progress[0]))
		w.progress = w.progress[1:]
	}
	for w.eventBytes > maxEventBytes && w.consumed != unread && len(w.events) > 0 && w.events[0].Sequence <= w.consumed {
		w.droppedUpTo = w.events[0].Sequence
		w.dropEvent(0)
	}
}

// dropEvent drops the event at an index. The caller holds the lock.
func (w *workItem) dropEvent(at int) {
	w.eventBytes -= memoryOf(w.events[at])
	if at == 0 {
		w.events[0] = nil // the array of the slice would keep the event in memory
		w.events = w.events[1:]
		return
	}
	w.events = slices.Delete(w.events, at, at+1)
}

func memoryOf(event *pb.DelegateStreamResponse) int { return eventOverhead + proto.Size(event) }

// whole returns the reply with the pieces before its own parts. It fails with OUTCOME_UNKNOWN if a piece was dropped.
func (w *workItem) whole(reply *pb.Reply) (*pb.Reply, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.droppedUpTo > 0 {
		return nil, noLongerKept()
	}
	var streamed pieces
	for _, event := range w.events {
		if partial := event.GetPartial(); partial != nil {
			streamed.add(partial.Part, partial.Append)
		}
	}
	return streamed.whole(reply), nil
}
