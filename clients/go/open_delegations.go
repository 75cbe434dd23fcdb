package botmesh

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	minReported = 2           // open delegations from which on a heartbeat reports a conversation
	maxReports  = 256         // conversations in one heartbeat, and in its response
	manyOpen    = 5           // open delegations at which a heartbeat is sent at once
	manyPause   = time.Second // between two such heartbeats
)

// openDelegations returns the conversations of this account with minReported or more open outgoing delegations, at most
// maxReports, those with the most first.
func (e *endpoint) openDelegations() []*pb.OpenDelegations {
	e.mu.Lock()
	var reports []*pb.OpenDelegations
	for key, count := range e.outgoing {
		if count >= minReported && key[0] == e.account {
			reports = append(reports, &pb.OpenDelegations{Key: key[1], Count: uint32(min(count, maxOpen))})
		}
	}
	e.mu.Unlock()
	slices.SortFunc(reports, func(a, b *pb.OpenDelegations) int { return cmp.Compare(b.Count, a.Count) })
	return reports[:min(len(reports), maxReports)]
}

// setElsewhere replaces what is known about the open delegations of other instances.
func (e *endpoint) setElsewhere(reports []*pb.OpenDelegations) {
	elsewhere := make(map[string]int, min(len(reports), maxReports))
	for _, report := range reports[:min(len(reports), maxReports)] {
		elsewhere[report.GetKey()] = int(min(report.GetCount(), maxOpen))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.elsewhere = elsewhere
}

// reportMany makes the endpoint call heartbeat when a conversation reaches manyOpen delegations, at most once per manyPause. A
// second conversation within the pause is reported at its end.
func (e *endpoint) reportMany(heartbeat func()) {
	var pending atomic.Bool
	var last time.Time // guarded by the lock of the endpoint
	e.mu.Lock()
	defer e.mu.Unlock()
	e.onMany = func() {
		pause := manyPause - time.Since(last)
		if pause <= 0 {
			last = time.Now()
			heartbeat()
		} else if pending.CompareAndSwap(false, true) {
			last = last.Add(manyPause)
			time.AfterFunc(pause, func() {
				pending.Store(false)
				heartbeat()
			})
		}
	}
}
