package botmesh

import (
	"container/list"
	"sync"
	"time"
)

// workTable holds the running work of one instance, and the outcomes of recent work.
type workTable struct {
	ttl        time.Duration
	maxEntries int
	maxBytes   int
	grace      time.Duration

	mu      sync.Mutex
	running map[workKey]*workItem
	done    map[workKey]*list.Element
	order   *list.List // of doneEntry, oldest first
	bytes   int
}

type doneEntry struct {
	at   time.Time
	size int
	work *workItem
}

func newWorkTable(settings Settings) *workTable {
	return &workTable{
		ttl: settings.IdempotencyTTL, maxEntries: settings.IdempotencyCount, maxBytes: settings.IdempotencyBytes,
		grace: settings.OrphanGrace, running: map[workKey]*workItem{}, done: map[workKey]*list.Element{}, order: list.New(),
	}
}

// claim returns the work for the call's message id and whether it existed before. It creates the work if there is none. It
// fails with MESSAGE_ID_REUSED or TOO_MUCH_WORK.
func (t *workTable) claim(c *call) (*workItem, bool, error) {
	key, digest := keyOf(c), fingerprint(c)
	t.mu.Lock()
	defer t.mu.Unlock()
	if item := t.find(key); item != nil {
		if item.digest != digest {
			return nil, false, refusal(ReasonMessageIDReused, map[string]any{"message_id": key[2]},
				"message id %s was used with another payload: give each message its own", key[2])
		}
		item.extend(c.deadline)
		return item, true, nil
	}
	if len(t.running) >= t.maxEntries {
		return nil, false, refusal(ReasonTooMuchWork, map[string]any{"limit": t.maxEntries},
			"%d pieces of work run here: ask another instance or later", len(t.running))
	}
	item := &workItem{
		key: key, digest: digest, table: t, deadline: c.deadline, maxReply: c.limits.MaxReplyBytes,
		changed: make(chan struct{}), ended: make(chan struct{}), cancel: func() {},
	}
	t.running[key] = item
	return item, false, nil
}

// find returns the work with a key, running or ended; nil if there is none. The caller holds the lock.
func (t *workTable) find(key workKey) *workItem {
	t.prune()
	if item := t.running[key]; item != nil {
		return item
	}
	if item := t.done[key]; item != nil {
		return item.Value.(doneEntry).work
	}
	return nil
}

func (t *workTable) lookup(key workKey) *workItem {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.find(key)
}

// knows reports whether there is work for the call's message id.
func (t *workTable) knows(c *call) bool {
	return c.message.GetMessageId() != "" && t.lookup(keyOf(c)) != nil
}

// discardUnstarted removes work that has not started.
func (t *workTable) discardUnstarted(w *workItem) {
	w.mu.Lock()
	began := w.started
	w.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if !began && t.running[w.key] == w {
		delete(t.running, w.key)
	}
}

func (t *workTable) moveToDone(w *workItem, size int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.running, w.key)
	if w.key[2][0] == 0 {
		return // keyOf made this key, so no other call has it
	}
	t.done[w.key] = t.order.PushBack(doneEntry{time.Now(), size, w})
	t.bytes += size
	t.prune()
}

// prune removes the oldest outcomes until all bounds hold. The caller holds the lock.
func (t *workTable) prune() {
	for first := t.order.Front(); first != nil; first = t.order.Front() {
		entry := first.Value.(doneEntry)
		if time.Since(entry.at) <= t.ttl && t.order.Len() <= t.maxEntries && t.bytes <= t.maxBytes {
			return
		}
		t.order.Remove(first)
		delete(t.done, entry.work.key)
		t.bytes -= entry.size
	}
}

func (t *workTable) counts() (running, remembered int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.running), len(t.running) + t.order.Len()
}

func (t *workTable) all() []*workItem {
	t.mu.Lock()
	defer t.mu.Unlock()
	items := make([]*workItem, 0, len(t.running))
	for _, item := range t.running {
		items = append(items, item)
	}
	return items
}

// drain waits up to timeout for running work, then stops the rest.
func (t *workTable) drain(timeout time.Duration) {
	timeUp := time.NewTimer(timeout)
	defer timeUp.Stop()
	for _, item := range t.all() {
		item.mu.Lock()
		began := item.started
		item.mu.Unlock()
		if !began {
			continue
		}
		select {
		case <-item.ended:
			continue
		case <-timeUp.C:
		}
		break
	}
	for _, item := range t.all() {
		item.stop("the instance is shutting down")
	}
}
