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
	maxEventsAhead = 64      // a bot may be this many events ahead of its fastest reader
	maxEventBytes  = 8 << 20 // events of one work that are kept for a reader that attaches again, in bytes of memory
	eventOverhead  = 128     // bytes that an event takes in memory beside its contents, about
	entryOverhead  = 512     // bytes that an entry takes beside its outcome, about
	unread         = math.MaxUint64
)

// workKey is (account, from_agent, message_id).
type workKey [3]string

// workItem is one piece of work: what runs, who waits for it, and what came of it. Work belongs to its message id,
// not to a connection: when the last caller is lost it goes on for a moment, in which the same id can attach again;
// its deadline ends it whatever its bot does. A repeat that brings a later deadline moves that one out: this is how
// work goes on for longer than a call may.
type workItem struct {
	key    workKey
	digest [sha256.Size]byte
	table  *workTable

	mu            sync.Mutex
	deadline      time.Time
	started       bool
	settled       bool
	detached      bool // goes on without callers: nobody waits for its outcome
	outcome       proto.Message
	err           *Error
	events        []*pb.DelegateStreamResponse // by number; of progress there may be gaps
	progress      []uint64                     // the numbers of the progress among them
	lastSequence  uint64                       // the number of the last event
	droppedUpTo   uint64                       // the number of the last piece that is no longer kept
	eventBytes    int                          // what the events that are kept take in memory
	replySize     replySize                    // of pieces and resets so far, kept or not
	maxReply      int                          // bytes of them and the reply
	callers       int
	consumed      uint64 // the last event that any caller has taken; unread if a caller takes only the outcome
	cleanups      []func()
	receipts      []<-chan []*pb.CancelReceipt // of calls below that are being cancelled
	cancel        context.CancelFunc
	ended         chan struct{} // closed when the bot's function has returned
	deadlineTimer *time.Timer
	orphanTimer   *time.Timer
	changed       chan struct{} // closed and replaced at every change
}

// workContext is what a bot's function runs under: its deadline can move out.
type workContext struct {
	context.Context
	work *workItem
}

// Deadline is when the work ends, as it stands now.
func (c workContext) Deadline() (time.Time, bool) { return c.work.currentDeadline(), true }

// currentDeadline is when it ends at the latest.
func (w *workItem) currentDeadline() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.deadline
}

// extend lets it run until `deadline` if that is later than its own.
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

// startOnce runs `run` in a goroutine of its own, until the deadline at the latest. Only the first call does anything.
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

// addReplySize refuses a reply that makes the whole, with the pieces before it, larger than it may be.
func (w *workItem) addReplySize(reply *pb.Reply) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.replySize.add(proto.Size(lastEvent(w.lastSequence+1, reply)), w.maxReply)
}

// result waits for the outcome. The wait can be given up; see grace.
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

// stop ends it at once; nothing happens if it has ended.
func (w *workItem) stop(reason string) {
	w.settle(nil, refusal(ReasonCancelled, nil, "%s", reason))
}

// detach lets it go on without callers.
func (w *workItem) detach() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.detached = true
	w.signal()
}

// onSettled runs `undo` when the work is over.
func (w *workItem) onSettled(cleanup func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cleanups = append(w.cleanups, cleanup)
}

// addReceipts notes a call that is being cancelled with this work.
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

// signal wakes all that wait. The lock is held.
func (w *workItem) signal() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// size is what it takes in memory, about. The lock is held.
func (w *workItem) size() int {
	bytes := entryOverhead + w.eventBytes
	if w.outcome != nil {
		bytes += proto.Size(w.outcome)
	}
	return bytes
}
