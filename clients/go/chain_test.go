package botmesh

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/grpc/metadata"
)

func TestAChainSurvivesItsMetadata(t *testing.T) {
	sent := chain{
		path: []string{"a", "other/b"}, maxHops: 3, correlationID: "c-1", conversationID: "v.1", accountID: "acme",
		to: "b/i-1",
	}
	got, err := chainFrom(sent.metadata())
	if err != nil || !reflect.DeepEqual(got, sent) {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestACallWithoutMetadataStartsAChain(t *testing.T) {
	got, err := chainFrom(metadata.MD{})
	if err != nil || len(got.path) != 0 || got.maxHops != noLimit {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestMalformedMetadataIsRefusedWithItsKey(t *testing.T) {
	for key, value := range map[string]string{
		keyPath: "a,,b", keyMaxHops: "65", keyCorrelation: "no spaces", keyConversation: strings.Repeat("x", 65),
		keyAccount: "a/b", keyTo: "Upper/i",
	} {
		_, err := chainFrom(metadata.Pairs(key, value))
		var e *Error
		if !errors.As(err, &e) || e.Reason != ReasonInvalidField || e.Metadata["field"] != key {
			t.Errorf("%s=%s: %v", key, value, err)
		}
	}
}

func TestOpenDelegationsTravelIfTheyDifferFromTheLengthOfThePath(t *testing.T) {
	sent := chain{path: []string{"a"}, maxHops: noLimit, open: 4}
	got, err := chainFrom(sent.metadata())
	if err != nil || got.open != 4 || got.below("b").open != 4 {
		t.Fatalf("got %+v, %v", got, err)
	}
	for _, open := range []int{0, 1} {
		sent.open = open
		if md := sent.metadata(); len(md.Get(keyOpen)) != 0 {
			t.Errorf("%d: %v", open, md)
		}
	}
	if open := sent.below("b").open; open != 1 {
		t.Errorf("by the length of the path %d are open", open)
	}
}

func TestACountOfOpenDelegationsOutOfBoundsIsRefused(t *testing.T) {
	for _, value := range []string{"0", "64001", "-1", "+1", "1.5", "many", "99999999999999999999"} {
		_, err := chainFrom(metadata.Pairs(keyOpen, value))
		var e *Error
		if !errors.As(err, &e) || e.Reason != ReasonInvalidField || e.Metadata["field"] != keyOpen {
			t.Errorf("%s: %v", value, err)
		}
	}
	if got, err := chainFrom(metadata.Pairs(keyOpen, "64000")); err != nil || got.open != 64_000 {
		t.Error(got, err)
	}
}

func TestAKeyThatStandsTwiceIsRefused(t *testing.T) {
	_, err := chainFrom(metadata.Pairs(keyAccount, "a", keyAccount, "b"))
	if !errors.Is(err, ReasonInvalidField) {
		t.Fatal(err)
	}
}

func TestAHopLimitNarrowsAndNeverWidens(t *testing.T) {
	c := chain{maxHops: noLimit}.narrowed(5).narrowed(3).narrowed(4)
	if c.maxHops != 3 {
		t.Fatal(c.maxHops)
	}
}

func TestBelowLeavesTheParentsPathAlone(t *testing.T) {
	parent := chain{path: make([]string, 0, 8), maxHops: noLimit}
	one, other := parent.below("a"), parent.below("b")
	if one.path[0] != "a" || other.path[0] != "b" || len(parent.path) != 0 {
		t.Fatal(one.path, other.path, parent.path)
	}
}
