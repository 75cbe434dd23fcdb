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

// stats holds the counters that GetStats returns. They start at zero with the process.
type stats struct {
	mu                           sync.Mutex
	startedAt                    time.Time
	incoming, outgoing, refusals map[string]uint64
	latencies                    []time.Duration // of the last maxLatencies calls
	failures                     []time.Time     // of the last minute
}

// record counts a finished work call.
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

// recentFailures returns the number of work calls that failed at this callee in the last minute.
func (s *stats) recentFailures() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = slices.DeleteFunc(s.failures, func(at time.Time) bool { return time.Since(at) > recent })
	return uint32(len(s.failures))
}

// toProto returns the contract's message. The agent service adds the instance id and the counts of open work.
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
