package botmesh

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	retryBase    = 50 * time.Millisecond // before the first retry, at most: well under the grace of lost work
	retryCap     = 2 * time.Second
	maxDoublings = 8 // of the pause: it has reached its cap by then
	budgetTokens = 20.0
	budgetEarned = 0.1
)

// retryBudget limits the retries to one target: a failure costs a token, a success earns a tenth, and retries need half
// the bucket. The shape of gRPC's own retry throttling (gRFC A6), so that a target that fails as a whole is left alone.
type retryBudget struct {
	mu    sync.Mutex
	spent float64
}

// recordFailure pays for a failure and tells whether a retry may follow.
func (b *retryBudget) recordFailure() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = min(budgetTokens, b.spent+1)
	return b.spent < budgetTokens/2
}

func (b *retryBudget) recordSuccess() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = max(0, b.spent-budgetEarned)
}

// isIdempotent tells whether doing it twice is harmless: the named skill says so, or all do where none is named.
func isIdempotent(card *pb.AgentCard, skill string) bool {
	found := false
	for _, declared := range card.GetSkills() {
		if skill != "" && declared.Id != skill {
			continue
		}
		if !declared.Idempotent {
			return false
		}
		found = true
	}
	return found
}

// attempts are those of one call: which instance to try, and when to give up. Only failures of the direct hop are
// tried again, and elsewhere only what cannot be done twice by that.
type attempts struct {
	call           *call
	peers          *peers
	budget         *retryBudget
	idempotent     bool
	failed         int
	tried          map[string]bool
	mayHaveStarted *peer // where the work may have started, if it must not start elsewhere
}

// liveFunc gives the instances that may be called, where these were tried in vain.
type liveFunc func(ctx context.Context, tried map[string]bool) []*pb.Instance

// next returns the peer of the next attempt after a backoff, or the final error: OUTCOME_UNKNOWN if the work may have
// started and its outcome cannot be determined.
func (a *attempts) next(ctx context.Context, e *Error, failed *peer, live liveFunc) (*peer, error) {
	if !ofThisHop(e, failed) {
		return nil, e
	}
	a.peers.eject(failed)
	a.tried[failed.id()] = true
	if e.Started && !a.idempotent {
		a.mayHaveStarted = failed
	}
	final := a.finalError(e, failed)
	a.failed++
	if !a.budget.recordFailure() || a.failed > a.call.limits.MaxRetries {
		return nil, final
	}
	pause := rand.N(min(retryCap, retryBase<<min(a.failed, maxDoublings)))
	if pause >= time.Until(a.call.deadline) {
		return nil, final
	}
	following, err := a.chooseAmong(live(ctx, a.tried), final)
	if err != nil {
		return nil, err
	}
	a.call.retried(a.failed, e, failed.id())
	sleep(ctx, pause)
	return following, ctx.Err()
}

func (a *attempts) chooseAmong(live []*pb.Instance, final *Error) (*peer, error) {
	if len(live) == 0 {
		return nil, final
	}
	if a.mayHaveStarted == nil {
		return a.peers.choose(live, a.tried)
	}
	for _, instance := range live {
		if instance.InstanceId == a.mayHaveStarted.id() {
			return a.mayHaveStarted, nil
		}
	}
	return nil, final
}

// ofThisHop tells whether the callee itself could not be reached or would not begin; what it passes on is final.
func ofThisHop(e *Error, failed *peer) bool {
	switch {
	case e.Code != codes.Unavailable:
		return false
	case !e.FromPeer || e.Reason == ReasonUnspecified:
		return true // made here, or by gRPC
	case e.Reason == ReasonWrongInstance:
		return strings.HasSuffix(e.Metadata["expected"], failed.id())
	default:
		return !e.Started && e.Instance == failed.id()
	}
}

func (a *attempts) finalError(e *Error, failed *peer) *Error {
	if a.mayHaveStarted == nil && !e.Started {
		return e
	}
	return refusal(ReasonOutcomeUnknown, nil,
		"the connection to %s was lost half-way: the work may have been done or not; "+
			"ask the agent, or send the same message id again", failed.instance.Agent)
}
