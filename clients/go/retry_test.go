package botmesh

import (
	"testing"

	"google.golang.org/grpc/codes"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

func TestABudgetEndsRetriesOfATargetThatFailsAsAWhole(t *testing.T) {
	b := &retryBudget{}
	allowed := 0
	for b.recordFailure() {
		allowed++
	}
	if allowed != 9 {
		t.Fatal(allowed)
	}
	for range 11 {
		b.recordSuccess()
	}
	if !b.recordFailure() {
		t.Fatal("successes earn nothing")
	}
}

func TestOnlyFailuresOfTheDirectHopAreTriedAgain(t *testing.T) {
	one := &peer{instance: &pb.Instance{InstanceId: "i-1", Agent: "b"}}
	for name, given := range map[string]struct {
		e    *Error
		want bool
	}{
		"no connection":             {refusal(ReasonUnreachable, nil, "x"), true},
		"broken connection":         {&Error{Code: codes.Unavailable, Reason: ReasonUnspecified, FromPeer: true}, true},
		"it drains":                 {&Error{Code: codes.Unavailable, Reason: ReasonDraining, FromPeer: true, Instance: "i-1"}, true},
		"somebody below drains":     {&Error{Code: codes.Unavailable, Reason: ReasonDraining, FromPeer: true, Instance: "i-9"}, false},
		"it passes on what started": {&Error{Code: codes.Unavailable, Reason: ReasonOutcomeUnknown, FromPeer: true, Started: true, Instance: "i-1"}, false},
		"a failure of the bot":      {&Error{Code: codes.FailedPrecondition, Reason: ReasonAgentFailed, FromPeer: true}, false},
		"another instance":          {&Error{Code: codes.Unavailable, Reason: ReasonWrongInstance, FromPeer: true, Metadata: map[string]string{"expected": "b/i-1"}}, true},
	} {
		if got := ofThisHop(given.e, one); got != given.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestIdempotentIsTheNamedSkillOrAllOfThem(t *testing.T) {
	card := &pb.AgentCard{Skills: []*pb.Skill{{Id: "safe", Idempotent: true}, {Id: "pay"}}}
	for skill, want := range map[string]bool{"safe": true, "pay": false, "": false, "unknown": false} {
		if got := isIdempotent(card, skill); got != want {
			t.Errorf("%q: %v", skill, got)
		}
	}
}
