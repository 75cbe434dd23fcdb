package botmesh

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

func TestEveryReasonHasACodeAndStandsInTheContract(t *testing.T) {
	for reason := range codeOf {
		if _, ok := pb.ErrorReason_value["ERROR_REASON_"+string(reason)]; !ok {
			t.Errorf("%s is no reason of the contract", reason)
		}
	}
}

func TestEveryReasonOfTheContractIsKnown(t *testing.T) {
	for name := range pb.ErrorReason_value {
		reason := Reason(strings.TrimPrefix(name, "ERROR_REASON_"))
		if _, ok := codeOf[reason]; !ok && reason != ReasonUnspecified {
			t.Errorf("%s has no code", reason)
		}
	}
}

func TestAnErrorSurvivesTheWire(t *testing.T) {
	sent := refusal(ReasonHopLimit, map[string]any{"limit": 5}, "one hop too many")
	sent.Agent, sent.Instance, sent.Hop, sent.Path, sent.TraceID = "b", "i", 6, []string{"a", "b"}, "t"
	got := asError(toStatus(sent))
	if got.Reason != ReasonHopLimit || got.Code != codes.FailedPrecondition || got.Metadata["limit"] != "5" ||
		got.Hop != 6 || strings.Join(got.Path, ",") != "a,b" || got.Started || !got.FromPeer || got.TraceID != "t" {
		t.Fatalf("%+v", got)
	}
	if !errors.Is(fmt.Errorf("wrapped: %w", got), ReasonHopLimit) {
		t.Fatal("errors.Is does not find the reason")
	}
}

func TestErrorsOfGRPCAreMapped(t *testing.T) {
	for _, one := range []struct {
		code   codes.Code
		text   string
		reason Reason
	}{
		{codes.DeadlineExceeded, "", ReasonDeadlineExpired},
		{codes.Canceled, "gone", ReasonCancelled},
		{codes.ResourceExhausted, "received message larger than max (5 vs. 4)", ReasonMessageTooLarge},
		{codes.Unavailable, "connection refused", ReasonUnspecified},
	} {
		if got := asError(status.Error(one.code, one.text)); got.Reason != one.reason || got.Code != one.code {
			t.Errorf("%v: %+v", one.code, got)
		}
	}
}

func TestTheTextOfAnUnknownErrorStaysHere(t *testing.T) {
	if got := asError(errors.New("password=hunter2")); got.Reason != ReasonAgentError || strings.Contains(got.Text, "hunter2") {
		t.Fatal(got)
	}
	if got := asError(context.Canceled); got.Reason != ReasonCancelled {
		t.Fatal(got)
	}
}

func TestAnErrorStaysSmallWhateverItHolds(t *testing.T) {
	facts := map[string]any{}
	for index := range 100 {
		facts[fmt.Sprint(index)] = strings.Repeat("é", 10_000)
	}
	sent := refusal(ReasonAgentFailed, facts, "%s", strings.Repeat("é", 10_000))
	found, _ := status.FromError(toStatus(sent))
	if size := len(fmt.Sprint(found.Proto())); size > 32_000 {
		t.Fatal(size)
	}
}

func TestNearNamesAreSuggested(t *testing.T) {
	if got := nearest("biling-bot", []string{"billing-bot", "travel-bot", "hr-bot"}); len(got) != 1 || got[0] != "billing-bot" {
		t.Fatal(got)
	}
}
