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
	retryBase    = 50 * time.Millisecond // doubles per retry; well under Settings.OrphanGrace
	retryCap     = 2 * time.Second       // of the pause before a retry
	maxDoublings = 8                     // of the pause; after these it has reached retryCap
	budgetTokens = 20.0
	budgetEarned = 0.1 // tokens per success
)

// retryBudget limits the retries to one target, so that a target whose instances all fail is not overloaded. A failure
// costs a token, a success earns a tenth, and a retry needs more than half of the tokens, as in gRPC's retry throttling
// (gRFC A6).
type retryBudget struct {
	mu    sync.Mutex
	spent float64
}

// recordFailure spends a token and reports whether a retry may follow.
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

// isIdempotent reports whether the named skill is declared idempotent, or all skills are if none is named.
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

// attempts decides about the retries of one call. It retries only failures of the direct hop, and moves to another
// instance only if that cannot run the work twice.
type attempts struct {
	call           *call
	peers          *peers
	budget         *retryBudget
	idempotent     bool
	failed         int
	tried          map[string]bool
	mayHaveStarted *peer // the only peer to retry at, because work that is not idempotent may have started there
}

// liveFunc returns the live instances of the target. tried holds the ids of the instances that failed.
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

// ofThisHop reports whether the callee itself was unreachable or refused to start. An error from further down the chain is
// final.
func ofThisHop(e *Error, failed *peer) bool {
	switch {
	case e.Code != codes.Unavailable:
		return false
	case !e.FromPeer || e.Reason == ReasonUnspecified:
		return true // made in this process or by gRPC
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
