package botmesh

import (
	"context"
	"crypto/sha256"
	"math"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	maxEventsAhead = 64      // events that a bot may be ahead of its fastest reader
	maxEventBytes  = 8 << 20 // memory of the events that are kept for a reader that joins later
	eventOverhead  = 128     // estimated bytes of memory per event beside its content
	entryOverhead  = 512     // estimated bytes of memory per entry beside its outcome
	unread         = math.MaxUint64
)

// workKey is the idempotency key: account, from_agent and message_id.
type workKey [3]string

// workItem is the work for one message id: its state, its events and its outcome. Work belongs to its message id, not to a
// connection. When the last caller is lost the work continues for the grace time, in which a call with the same id can
// join it. The deadline ends the work even if the bot's function does not return. A call that joins with a later deadline
// extends it, so that work can last longer than the longest call.
type workItem struct {
	key    workKey
	digest [sha256.Size]byte
	table  *workTable

	mu            sync.Mutex
	deadline      time.Time
	started       bool
	settled       bool
	detached      bool // continues without callers
	outcome       proto.Message
	err           *Error
	events        []*pb.DelegateStreamResponse // kept events by sequence; dropped progress leaves gaps
	progress      []uint64                     // sequences of the kept progress events
	lastSequence  uint64                       // of the last event
	droppedUpTo   uint64                       // sequence of the last piece that was dropped
	eventBytes    int                          // memory of the kept events
	replySize     replySize                    // of all pieces and resets so far, dropped ones included
	maxReply      int                          // limit of replySize with the reply, in bytes
	callers       int
	consumed      uint64 // sequence of the last event that any caller has read; unread if a caller reads only the outcome
	cleanups      []func()
	receipts      []<-chan []*pb.CancelReceipt // of the work's own delegations that are being cancelled
	cancel        context.CancelFunc
	ended         chan struct{} // closed when the bot's function has returned
	deadlineTimer *time.Timer
	orphanTimer   *time.Timer
	changed       chan struct{} // closed and replaced at every change
}

// workContext is the context of a bot's function. Its deadline can become later.
type workContext struct {
	context.Context
	work *workItem
}

// Deadline returns the current deadline of the work.
func (c workContext) Deadline() (time.Time, bool) { return c.work.currentDeadline(), true }

func (w *workItem) currentDeadline() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.deadline
}

// extend moves the deadline of running work to a later one.
func (w *workItem) extend(deadline time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.settled || !deadline.After(w.deadline) {
		return
	}
	w.deadline = deadline
	if w.deadlineTimer != nil {
		w.deadlineTimer.Reset(time.Until(deadline))
	}
}

// startOnce runs a function in a goroutine, until the deadline at the latest. Only the first call has an effect.
func (w *workItem) startOnce(ctx context.Context, run func(context.Context) (proto.Message, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.started {
		return
	}
	w.started = true
	ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	ctx = workContext{ctx, w}
	w.deadlineTimer = time.AfterFunc(time.Until(w.deadline), func() {
		w.settle(nil, refusal(ReasonDeadlineExpired, nil, "the deadline passed before the work was done"))
	})
	go func() {
		defer close(w.ended)
		outcome, err := run(ctx)
		if err != nil {
			w.settle(nil, asError(err))
			return
		}
		if reply, ok := outcome.(*pb.Reply); ok {
			if err := w.addReplySize(reply); err != nil {
				w.settle(nil, asError(err))
				return
			}
		}
		w.settle(outcome, nil)
	}()
}

// addReplySize refuses a reply that is too large together with the pieces before it.
func (w *workItem) addReplySize(reply *pb.Reply) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.replySize.add(proto.Size(lastEvent(w.lastSequence+1, reply)), w.maxReply)
}

// result waits for the outcome, or until ctx ends. If no other caller waits then, the work ends after the grace time.
func (w *workItem) result(ctx context.Context) (proto.Message, error) {
	w.addCaller()
	defer w.removeCaller()
	w.mu.Lock()
	w.consumed = unread
	w.signal()
	for !w.settled {
		changed := w.changed
		w.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, asError(ctx.Err())
		}
		w.mu.Lock()
	}
	defer w.mu.Unlock()
	if w.err != nil {
		return nil, w.err
	}
	return w.outcome, nil
}

// stop ends running work with CANCELLED.
func (w *workItem) stop(reason string) {
	w.settle(nil, refusal(ReasonCancelled, nil, "%s", reason))
}

// detach lets the work continue without callers.
func (w *workItem) detach() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.detached = true
	w.signal()
}

// onSettled runs cleanup when the work is over.
func (w *workItem) onSettled(cleanup func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cleanups = append(w.cleanups, cleanup)
}

// addReceipts adds the receipts of a delegation that is cancelled together with this work.
func (w *workItem) addReceipts(receipts <-chan []*pb.CancelReceipt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.receipts = append(w.receipts, receipts)
}

// settle records the first outcome and ignores later ones.
func (w *workItem) settle(outcome proto.Message, err *Error) {
	w.mu.Lock()
	if w.settled {
		w.mu.Unlock()
		return
	}
	if err != nil {
		started := *err
		started.Started = true
		w.err = &started
	}
	w.outcome, w.settled = outcome, true
	for _, timer := range []*time.Timer{w.deadlineTimer, w.orphanTimer} {
		if timer != nil {
			timer.Stop()
		}
	}
	cleanups, size := w.cleanups, w.size()
	w.signal()
	w.mu.Unlock()
	w.table.moveToDone(w, size)
	for _, cleanup := range cleanups {
		cleanup()
	}
	w.cancel()
}

func (w *workItem) addCaller() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.callers++
	if w.orphanTimer != nil {
		w.orphanTimer.Stop()
		w.orphanTimer = nil
	}
}

func (w *workItem) removeCaller() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.callers--; w.callers == 0 && !w.settled && !w.detached {
		w.orphanTimer = time.AfterFunc(w.table.grace, func() { w.stop("the last caller was lost") })
	}
}

// signal wakes all goroutines that wait for a change. The caller holds the lock.
func (w *workItem) signal() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// size estimates the memory of the work in bytes. The caller holds the lock.
func (w *workItem) size() int {
	bytes := entryOverhead + w.eventBytes
	if w.outcome != nil {
		bytes += proto.Size(w.outcome)
	}
	return bytes
}
