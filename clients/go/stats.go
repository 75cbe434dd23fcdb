package botmesh

import (
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	maxLatencies = 1000
	recent       = time.Minute
)

// stats is what GetStats answers: counts since the process started.
type stats struct {
	mu                           sync.Mutex
	startedAt                    time.Time
	incoming, outgoing, refusals map[string]uint64
	latencies                    []time.Duration // the last ones
	failures                     []time.Time     // of the last minute
}

// record counts a work call that is over.
func (s *stats) record(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.incoming == nil {
		s.incoming, s.outgoing, s.refusals = map[string]uint64{}, map[string]uint64{}, map[string]uint64{}
	}
	code := "OK"
	if c.err != nil {
		code = CodeName(c.err.Code)
	}
	if c.atCaller {
		s.outgoing[code]++
	} else {
		s.incoming[code]++
	}
	if c.err != nil && !c.err.Started && !c.err.FromPeer {
		s.refusals[string(c.err.Reason)]++
	} else if !c.atCaller {
		if s.latencies = append(s.latencies, time.Since(c.startedAt)); len(s.latencies) > maxLatencies {
			s.latencies = s.latencies[1:]
		}
		if c.err != nil {
			s.failures = append(s.failures, time.Now())
		}
	}
}

// recentFailures are work calls that failed here in the last minute.
func (s *stats) recentFailures() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = slices.DeleteFunc(s.failures, func(at time.Time) bool { return time.Since(at) > recent })
	return uint32(len(s.failures))
}

// toProto is the contract's message, without what only the agent knows.
func (s *stats) toProto() *pb.GetStatsResponse {
	s.mu.Lock()
	defer s.mu.Unlock()
	ordered := slices.Sorted(slices.Values(s.latencies))
	share := func(numerator int) *durationpb.Duration {
		if len(ordered) == 0 {
			return durationpb.New(0)
		}
		return durationpb.New(ordered[min(len(ordered)-1, len(ordered)*numerator/100)])
	}
	clone := func(counts map[string]uint64) map[string]uint64 {
		copied := make(map[string]uint64, len(counts))
		for key, value := range counts {
			copied[key] = value
		}
		return copied
	}
	return &pb.GetStatsResponse{
		StartedAt: timestamppb.New(s.startedAt), Incoming: clone(s.incoming), Outgoing: clone(s.outgoing),
		Refusals: clone(s.refusals), MedianLatency: share(50), P95Latency: share(95),
	}
}
