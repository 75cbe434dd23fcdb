package botmesh

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/metadata"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// serve runs an agent on a loopback port without a registry, and returns a stub for it.
func serve(t *testing.T, a *Agent) (pb.AgentServiceClient, *Serving) {
	t.Helper()
	settings := DefaultSettings()
	a.Settings = &settings
	serving, err := a.prepare()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := listen(settings.Bind)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = serving.server.Serve(listener) }()
	conn, err := dial(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		serving.Stop(0)
	})
	return pb.NewAgentServiceClient(conn), serving
}

func echo() *Agent {
	return &Agent{Name: "echo-bot", OnDelegate: func(_ context.Context, task *Task) (*Reply, error) {
		return &Reply{Parts: task.Parts()}, nil
	}}
}

func delegate(ctx context.Context, stub pb.AgentServiceClient, text string) (*pb.DelegateResponse, *Error) {
	response, err := stub.Delegate(ctx, &pb.DelegateRequest{Message: &pb.Message{Payload: []*pb.Part{Text(text)}}})
	return response, asError(err)
}

func TestABareCallWorks(t *testing.T) {
	stub, _ := serve(t, echo())
	response, err := delegate(context.Background(), stub, "hi")
	if err != nil || response.Reply.Message.Payload[0].GetText() != "hi" || response.Reply.Message.FromAgent != "echo-bot" {
		t.Fatal(response, err)
	}
}

func TestPoliciesRefuseAtTheCallee(t *testing.T) {
	for name, one := range map[string]struct {
		metadata []string
		text     string
		reason   Reason
	}{
		"hops":     {[]string{keyPath, "a,b,c,d,e,f"}, "", ReasonHopLimit},
		"loops":    {[]string{keyPath, "a,echo-bot"}, "", ReasonLoop},
		"target":   {[]string{keyTo, "echo-bot/another"}, "", ReasonWrongInstance},
		"account":  {[]string{keyAccount, "acme"}, "", ReasonUnknownAgent},
		"size":     {nil, strings.Repeat("x", 1<<20), ReasonMessageTooLarge},
		"metadata": {[]string{keyMaxHops, "many"}, "", ReasonInvalidField},
	} {
		t.Run(name, func(t *testing.T) {
			stub, _ := serve(t, echo())
			_, err := delegate(metadata.AppendToOutgoingContext(context.Background(), one.metadata...), stub, one.text)
			if err == nil || err.Reason != one.reason || err.Started || err.Agent != "echo-bot" {
				t.Fatalf("%+v", err)
			}
		})
	}
}

func TestADeadlineOverTheLimitIsRefused(t *testing.T) {
	stub, _ := serve(t, echo())
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if _, err := delegate(ctx, stub, "hi"); err == nil || err.Reason != ReasonDeadlineTooLong {
		t.Fatal(err)
	}
}

func TestSwitchedOffEveryDelegationIsRefused(t *testing.T) {
	off := false
	a := echo()
	a.Limits = Narrow{Enabled: &off}
	stub, _ := serve(t, a)
	if _, err := delegate(context.Background(), stub, "hi"); err == nil || err.Reason != ReasonDisabled || err.Metadata["scope"] != "agent" {
		t.Fatal(err)
	}
}

func TestOneTooManyAtOnceIsRefused(t *testing.T) {
	one := 1
	begun, done := make(chan struct{}), make(chan struct{})
	stub, _ := serve(t, &Agent{Name: "slow", Limits: Narrow{MaxDelegations: &one},
		OnDelegate: func(context.Context, *Task) (*Reply, error) {
			close(begun)
			<-done
			return Say("done"), nil
		}})
	ctx := metadata.AppendToOutgoingContext(context.Background(), keyConversation, "c-1")
	first := make(chan *Error, 1)
	go func() {
		_, err := delegate(ctx, stub, "first")
		first <- err
	}()
	<-begun
	_, err := delegate(ctx, stub, "second")
	close(done)
	if err == nil || err.Reason != ReasonTooManyDelegations {
		t.Fatal(err)
	}
	if err := <-first; err != nil {
		t.Fatal(err)
	}
}

func TestTheCauseOfABugStaysHere(t *testing.T) {
	for name, fails := range map[string]func() error{
		"panic": func() error { panic("password=hunter2") },
		"error": func() error { return errors.New("password=hunter2") },
	} {
		t.Run(name, func(t *testing.T) {
			stub, _ := serve(t, &Agent{Name: "broken", OnDelegate: func(context.Context, *Task) (*Reply, error) { return nil, fails() }})
			_, err := delegate(context.Background(), stub, "hi")
			if err == nil || err.Reason != ReasonAgentError || strings.Contains(err.Text, "hunter2") {
				t.Fatal(err)
			}
		})
	}
}

func TestADeclaredFailureTravels(t *testing.T) {
	stub, _ := serve(t, &Agent{Name: "picky", OnDelegate: func(context.Context, *Task) (*Reply, error) {
		return nil, Fail("no invoice %d", 7)
	}})
	if _, err := delegate(context.Background(), stub, "hi"); err == nil || err.Reason != ReasonAgentFailed || err.Text != "no invoice 7" {
		t.Fatal(err)
	}
}

func TestADrainingAgentTakesNothingNew(t *testing.T) {
	stub, serving := serve(t, echo())
	serving.endpoint.draining.Store(true)
	if _, err := delegate(context.Background(), stub, "hi"); err == nil || err.Reason != ReasonDraining {
		t.Fatal(err)
	}
}

func TestAnAgentThatCannotStartSaysWhy(t *testing.T) {
	for field, a := range map[string]*Agent{
		"name":  {Name: "Not A Label"},
		"skill": {Name: "fine", Skills: []*pb.Skill{{Id: "no spaces"}}},
	} {
		_, err := a.prepare()
		var e *Error
		if !errors.As(err, &e) || e.Metadata["field"] != field {
			t.Error(field, err)
		}
	}
}
