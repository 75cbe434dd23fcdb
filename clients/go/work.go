package botmesh

import (
	"context"
	"crypto/sha256"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	window         = 64      // a bot may be this many events ahead of its fastest reader
	keptEventBytes = 8 << 20 // events of one work that are kept for a reader that attaches again, in bytes of memory
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

	mu         sync.Mutex
	deadline   time.Time
	began      bool
	settled    bool
	detached   bool // goes on without callers: nobody waits for its outcome
	outcome    proto.Message
	err        *Error
	events     []*pb.DelegateStreamResponse // by number; of progress there may be gaps
	progress   []uint64                     // the numbers of the progress among them
	last       uint64                       // the number of the last event
	dropped    uint64                       // the number of the last piece that is no longer kept
	eventBytes int                          // what the events that are kept take in memory
	streamed   replySize                    // of pieces and resets so far, kept or not
	maxReply   int                          // bytes of them and the reply
	callers    int
	consumed   uint64 // the last event that any caller has taken; unread if a caller takes only the outcome
	undo       []func()
	receipts   []<-chan []*pb.CancelReceipt // of calls below that are being cancelled
	cancel     context.CancelFunc
	ended      chan struct{} // closed when the bot's function has returned
	timer      *time.Timer
	orphaned   *time.Timer
	changed    chan struct{} // closed and replaced at every change
}

// workContext is what a bot's function runs under: its deadline can move out.
type workContext struct {
	context.Context
	work *workItem
}

// Deadline is when the work ends, as it stands now.
func (c workContext) Deadline() (time.Time, bool) { return c.work.until(), true }

// until is when it ends at the latest.
func (w *workItem) until() time.Time {
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
	if w.timer != nil {
		w.timer.Reset(time.Until(deadline))
	}
}

// startOnce runs `run` in a goroutine of its own, until the deadline at the latest. Only the first call does anything.
func (w *workItem) startOnce(ctx context.Context, run func(context.Context) (proto.Message, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.began {
		return
	}
	w.began = true
	ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	ctx = workContext{ctx, w}
	w.timer = time.AfterFunc(time.Until(w.deadline), func() {
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
			if err := w.endWith(reply); err != nil {
				w.settle(nil, asError(err))
				return
			}
		}
		w.settle(outcome, nil)
	}()
}

// endWith refuses a reply that makes the whole, with the pieces before it, larger than it may be.
func (w *workItem) endWith(reply *pb.Reply) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.streamed.add(proto.Size(lastEvent(w.last+1, reply)), w.maxReply)
}

// result waits for the outcome. The wait can be given up; see grace.
func (w *workItem) result(ctx context.Context) (proto.Message, error) {
	w.enter()
	defer w.leave()
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

// read gives the events with a number greater than `after` as they come, then the outcome.
func (w *workItem) read(ctx context.Context, after uint64, idle time.Duration,
	send func(*pb.DelegateStreamResponse) error,
) error {
	w.enter()
	defer w.leave()
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

// next is the first event with a number greater than `after` that is kept; else whether the work is over, and what to
// wait for.
func (w *workItem) next(after uint64) (*pb.DelegateStreamResponse, bool, <-chan struct{}, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if after >= w.last {
		return nil, w.settled, w.changed, nil
	}
	if after < w.dropped {
		return nil, false, nil, noLongerKept()
	}
	at := w.position(after + 1)
	if at == len(w.events) { // the rest was progress
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

// position is where the event of that number stands, or the first after it. The lock is held.
func (w *workItem) position(number uint64) int {
	return sort.Search(len(w.events), func(at int) bool { return w.events[at].Sequence >= number })
}

func (w *workItem) finalEvent(send func(*pb.DelegateStreamResponse) error) error {
	w.mu.Lock()
	reply, ok := w.outcome.(*pb.Reply)
	err, sequence := w.err, w.last+1
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

// emit adds an event; it waits while all readers are far behind. A piece that makes the reply larger than it may be is
// not added: the work ends.
func (w *workItem) emit(ctx context.Context, event *pb.DelegateStreamResponse) error {
	w.mu.Lock()
	for w.consumed != unread && w.last >= w.consumed+window && !w.detached && !w.settled {
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
		return refusal(ReasonCancelled, nil, "the work is over: nobody hears of it any more")
	}
	event.Sequence = w.last + 1
	if isOfReply(event) {
		if err := w.streamed.add(proto.Size(event), w.maxReply); err != nil {
			w.mu.Unlock()
			w.settle(nil, asError(err))
			return err
		}
	}
	defer w.mu.Unlock()
	if event.GetProgress() != nil {
		w.forgetUnreadProgress()
		w.progress = append(w.progress, event.Sequence)
	}
	w.last = event.Sequence
	w.events = append(w.events, event)
	w.eventBytes += memoryOf(event)
	w.forgetMore()
	w.signal()
	return nil
}

// forgetUnreadProgress: where readers are behind, or none reads events, only the newest is worth its memory. The lock is
// held.
func (w *workItem) forgetUnreadProgress() {
	if w.consumed != unread && w.last < w.consumed+window/2 {
		return
	}
	for last := len(w.progress) - 1; last >= 0; last-- {
		if w.consumed != unread && w.progress[last] <= w.consumed {
			return
		}
		w.forget(w.position(w.progress[last]))
		w.progress = w.progress[:last]
	}
}

// forgetMore keeps the events within their bounds: the oldest progress goes first, then pieces that were read. The lock
// is held.
func (w *workItem) forgetMore() {
	for w.eventBytes > keptEventBytes && len(w.progress) > 0 {
		w.forget(w.position(w.progress[0]))
		w.progress = w.progress[1:]
	}
	for w.eventBytes > keptEventBytes && w.consumed != unread && len(w.events) > 0 && w.events[0].Sequence <= w.consumed {
		w.dropped = w.events[0].Sequence
		w.forget(0)
	}
}

// forget drops the event at a position. The lock is held.
func (w *workItem) forget(at int) {
	w.eventBytes -= memoryOf(w.events[at])
	if at == 0 {
		w.events[0] = nil // the array behind the slice lives on
		w.events = w.events[1:]
		return
	}
	w.events = slices.Delete(w.events, at, at+1)
}

func memoryOf(event *pb.DelegateStreamResponse) int { return eventOverhead + proto.Size(event) }

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
func (w *workItem) onSettled(undo func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.undo = append(w.undo, undo)
}

// below notes a call that is being cancelled with this work.
func (w *workItem) below(receipts <-chan []*pb.CancelReceipt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.receipts = append(w.receipts, receipts)
}

// settle keeps the first outcome; a late one changes nothing.
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
	for _, timer := range []*time.Timer{w.timer, w.orphaned} {
		if timer != nil {
			timer.Stop()
		}
	}
	undo, size := w.undo, w.size()
	w.signal()
	w.mu.Unlock()
	w.table.ended(w, size)
	for _, one := range undo {
		one()
	}
	w.cancel()
}

func (w *workItem) enter() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.callers++
	if w.orphaned != nil {
		w.orphaned.Stop()
		w.orphaned = nil
	}
}

func (w *workItem) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.callers--; w.callers == 0 && !w.settled && !w.detached {
		w.orphaned = time.AfterFunc(w.table.grace, func() { w.stop("the last caller was lost") })
	}
}

// signal wakes all that wait. The lock is held.
func (w *workItem) signal() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// whole is a reply with the pieces that were sent before it.
func (w *workItem) whole(reply *pb.Reply) (*pb.Reply, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dropped > 0 {
		return nil, noLongerKept()
	}
	var got pieces
	for _, event := range w.events {
		if partial := event.GetPartial(); partial != nil {
			got.add(partial.Part, partial.Append)
		}
	}
	return got.whole(reply), nil
}

// size is what it takes in memory, about. The lock is held.
func (w *workItem) size() int {
	bytes := entryOverhead + w.eventBytes
	if w.outcome != nil {
		bytes += proto.Size(w.outcome)
	}
	return bytes
}

var anonymous atomic.Uint64

// keyOf is the idempotency key of a call. One without a message id gets a key that nothing can repeat.
func keyOf(c *call) workKey {
	from, id := c.message.GetFromAgent(), c.message.GetMessageId()
	if from == "" && len(c.chain.path) > 0 {
		_, from = splitName(c.chain.path[len(c.chain.path)-1])
	}
	if id == "" {
		id = "\x00" + strconv.FormatUint(anonymous.Add(1), 10)
	}
	account := c.chain.accountID
	if account == "" {
		account = c.end.account
	}
	return workKey{account, from, id}
}

// fingerprint is what a repeat must have in common with the first: everything but when and in which chain it was sent.
func fingerprint(c *call) [sha256.Size]byte {
	core := proto.CloneOf(c.message)
	core.Timestamp, core.CorrelationId, core.AccountId = nil, "", ""
	core.MessageType = pb.MessageType_MESSAGE_TYPE_UNSPECIFIED
	kind := "task"
	if strings.HasSuffix(c.method, "/Transfer") {
		kind = "transfer"
	} else if strings.HasSuffix(c.method, "/Notify") && isHeard(c.message) {
		kind = "told" // nobody answers it: a task of the same id has a reply, and is another thing
	}
	data, _ := proto.MarshalOptions{Deterministic: true}.MarshalAppend([]byte(kind), core)
	return sha256.Sum256(data)
}
