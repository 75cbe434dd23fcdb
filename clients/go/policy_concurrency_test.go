package botmesh

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/grpc/metadata"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// opener opens outgoing delegations of one conversation at an endpoint, in the chain of work that has arrived there.
type opener struct {
	endpoint *endpoint
	arrived  chain
}

func newOpener(t *testing.T, md ...string) opener {
	t.Helper()
	arrived, err := chainFrom(metadata.Pairs(append(md, keyConversation, "v-1", keyAccount, DefaultAccount)...))
	if err != nil {
		t.Fatal(err)
	}
	e := newEndpoint(DefaultAccount, DefaultSettings())
	e.agent = "bot"
	return opener{e, arrived}
}

// open starts one delegation and returns its call.
func (o opener) open() (*call, error) {
	c := o.endpoint.newCall(context.Background(), agentServicePath+"Delegate", work, true)
	c.chain = o.arrived.below("bot")
	return c, concurrencyPolicy{}.caller(c)
}

// openAll starts delegations until one is refused. It returns their calls and the refusal.
func (o opener) openAll(t *testing.T) ([]*call, *Error) {
	t.Helper()
	var calls []*call
	for range 100 {
		c, err := o.open()
		if err != nil {
			return calls, asError(err)
		}
		calls = append(calls, c)
	}
	t.Fatal("nothing was refused")
	return nil, nil
}

func TestOutgoingDelegationsAreCountedWithThoseOfThePathAndElsewhere(t *testing.T) {
	for name, one := range map[string]struct {
		metadata  []string
		elsewhere []*pb.OpenDelegations
		fit       int
	}{
		"alone":                {nil, nil, 10},
		"path":                 {[]string{keyPath, "a,b"}, nil, 8},
		"open":                 {[]string{keyPath, "a", keyOpen, "9"}, nil, 1},
		"open and no path":     {[]string{keyOpen, "9"}, nil, 1},
		"elsewhere":            {nil, []*pb.OpenDelegations{{Key: "v-1", Count: 7}}, 3},
		"the greater one":      {[]string{keyPath, "a", keyOpen, "8"}, []*pb.OpenDelegations{{Key: "v-1", Count: 7}}, 2},
		"full":                 {[]string{keyPath, "a", keyOpen, "64000"}, nil, 0},
		"another conversation": {nil, []*pb.OpenDelegations{{Key: "v-2", Count: 10}}, 10},
		"hostile heartbeats":   {nil, []*pb.OpenDelegations{{}, {Key: "v-1", Count: 4_000_000_000}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			opener := newOpener(t, one.metadata...)
			opener.endpoint.setElsewhere(one.elsewhere)
			calls, refused := opener.openAll(t)
			if len(calls) != one.fit {
				t.Errorf("%d were opened", len(calls))
			}
			if refused.Reason != ReasonTooManyDelegations || refused.Started || refused.Metadata["limit"] != "10" ||
				refused.Metadata["direction"] != "outgoing" {
				t.Errorf("%+v", refused)
			}
		})
	}
}

func TestACallSaysHowManyDelegationsAreOpen(t *testing.T) {
	for _, one := range []struct {
		metadata []string
		sent     []string // botmesh-open of the first calls; empty: left out
	}{
		{nil, []string{"", "2", "3"}},
		{[]string{keyPath, "a"}, []string{"", "3", "4"}},
		{[]string{keyPath, "a", keyOpen, "5"}, []string{"6", "7", "8"}},
	} {
		opener := newOpener(t, one.metadata...)
		for _, want := range one.sent {
			c, err := opener.open()
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(inject(c, "i-1").Get(keyOpen)); got != fmt.Sprintf("[%s]", want) {
				t.Errorf("%v: %s, not %s", one.metadata, got, want)
			}
		}
	}
}

func TestACallOfAClientSaysNothing(t *testing.T) {
	opener := newOpener(t)
	opener.endpoint.agent = ""
	for range 3 {
		c := opener.endpoint.newCall(context.Background(), agentServicePath+"Delegate", work, true)
		c.chain = rootChain(DefaultAccount, "v-1")
		if err := (concurrencyPolicy{}).caller(c); err != nil || len(inject(c, "i-1").Get(keyOpen)) != 0 {
			t.Fatal(err, c.chain)
		}
	}
}

func TestNoCountIsKeptOfDelegationsThatAreOver(t *testing.T) {
	opener := newOpener(t)
	calls, _ := opener.openAll(t)
	for _, c := range calls {
		_ = c.finish(0, nil)
	}
	if e := opener.endpoint; len(e.outgoing) != 0 || len(e.openDelegations()) != 0 {
		t.Fatal(e.outgoing)
	}
}

func TestAHeartbeatReportsTheConversationsWithTheMostDelegations(t *testing.T) {
	e := newEndpoint("acme", DefaultSettings())
	for index := range 300 {
		e.outgoing[[2]string{"acme", fmt.Sprintf("v-%d", index)}] = index
	}
	e.outgoing[[2]string{"other", "v-1000"}] = 1000
	reports := e.openDelegations()
	if len(reports) != maxReports || reports[0].Key != "v-299" || reports[0].Count != 299 || reports[maxReports-1].Count != 44 {
		t.Fatal(len(reports), reports[0])
	}
}

func TestManyDelegationsAreReportedAtOnceAndOnceASecond(t *testing.T) {
	opener := newOpener(t)
	beats := make(chan struct{}, 100)
	opener.endpoint.reportMany(func() { beats <- struct{}{} })
	for conversation := range 20 {
		opener.arrived.conversationID = fmt.Sprintf("v-%d", conversation)
		for opened := range 6 {
			if _, err := opener.open(); err != nil {
				t.Fatal(err)
			}
			if sent := len(beats); conversation == 0 && opened < manyOpen-1 && sent != 0 || conversation > 0 && sent != 1 {
				t.Fatal(conversation, opened, sent)
			}
		}
	}
	eventually(t, func() bool { return len(beats) == 2 })
}
