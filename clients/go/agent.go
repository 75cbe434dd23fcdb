package botmesh

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.opentelemetry.io/otel/trace"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	agentServiceName = "botmesh.v1.AgentService"
	stopGrace        = 500 * time.Millisecond
)

// DelegateFunc does a task. It returns the rest of the reply after the pieces it has written; nil means no more.
type DelegateFunc func(ctx context.Context, task *Task) (*Reply, error)

// TurnFunc answers a contact.
type TurnFunc func(ctx context.Context, conversation *Conversation) (*Reply, error)

// TransferFunc decides about an offered conversation: it returns why it declines, or nothing to accept. It may be asked
// twice for one offer: deciding must have no side effects.
type TransferFunc func(ctx context.Context, task *Task, offer *pb.TransferOffer) (decline string, err error)

// NotifyFunc handles a message that is broadcast to the bot. It sends no reply.
type NotifyFunc func(ctx context.Context, task *Task) error

// Agent is a bot: what it is called, what it can do, and the functions that do it. The ctx that a function gets ends
// when its work does: by its deadline, by a cancellation, or when its last caller is lost.
type Agent struct {
	// Name is a DNS label, "billing-bot". Required.
	Name string
	// Description is what it is for.
	Description string
	// Skills are what it can do.
	Skills []*pb.Skill
	// Version is the bot's own.
	Version string
	// Internal says that only other agents reach it: it never owns a conversation.
	Internal bool
	// Shared says whether other accounts see it.
	Shared bool
	// Tags are key words; Languages BCP 47 tags.
	Tags, Languages []string
	// Limits are narrower than the mesh's.
	Limits Narrow
	// Capacity is with how many tasks running it says that it is busy; 0: never.
	Capacity int
	// Settings default to LoadSettings.
	Settings *Settings
	// TracerProvider is the application's own; default one that exports as the environment or the mesh says.
	TracerProvider trace.TracerProvider
	// Logger defaults to slog.Default.
	Logger *slog.Logger

	// OnDelegate does the tasks that are delegated to this bot.
	OnDelegate DelegateFunc
	// OnTurn answers the contacts whose conversations this bot owns; default OnDelegate.
	OnTurn TurnFunc
	// OnIntent answers the first turn of a transfer that names one of these intents.
	OnIntent map[string]TurnFunc
	// OnTransfer decides about offered conversations; default: taken, if the bot answers turns.
	OnTransfer TransferFunc
	// OnNotify handles messages that are broadcast to this bot.
	OnNotify NotifyFunc
}

// forTurn is who answers a turn: the dialog of an intent that is known, else turns, else delegations.
func (a *Agent) forTurn(intent string) TurnFunc {
	if dialog := a.OnIntent[intent]; dialog != nil {
		return dialog
	}
	if a.OnTurn != nil {
		return a.OnTurn
	}
	if a.OnDelegate == nil {
		return nil
	}
	return func(ctx context.Context, conversation *Conversation) (*Reply, error) {
		return a.OnDelegate(ctx, conversation.Task)
	}
}

func (a *Agent) card(account string) *pb.AgentCard {
	exposure := pb.Exposure_EXPOSURE_PUBLIC
	if a.Internal {
		exposure = pb.Exposure_EXPOSURE_INTERNAL
	}
	return &pb.AgentCard{
		AccountId: account, Name: a.Name, Description: a.Description, Version: a.Version, Exposure: exposure,
		Skills: a.Skills, Tags: a.Tags, Languages: a.Languages, Shared: a.Shared, Limits: a.Limits.toProto(),
		Capabilities: &pb.AgentCapabilities{Streaming: true, Transfer: a.OnTurn != nil || a.OnTransfer != nil},
	}
}

func (a *Agent) logger() *slog.Logger {
	if a.Logger != nil {
		return a.Logger
	}
	return slog.Default()
}

// Run serves until SIGTERM (finish what runs, then leave) or Ctrl-C (leave at once). It ends the process where the bot
// cannot start.
func Run(a *Agent) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	serving, err := a.Start()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", a.Name, err)
		os.Exit(1)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		if serving.Listed(ctx) == nil {
			fmt.Printf("%s ready at %s (instance %s)\n", a.Name, serving.Address, serving.InstanceID)
		}
	}()
	asked := <-signals
	cancel()
	left := make(chan struct{})
	go func() {
		defer close(left)
		if asked == syscall.SIGTERM {
			serving.Drain()
		} else {
			serving.Stop(0)
		}
	}()
	select {
	case <-left:
	case <-signals: // a second signal ends the process at once
		os.Exit(1)
	}
}
