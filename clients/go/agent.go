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

// DelegateFunc does a delegated task. The returned reply follows the pieces that the function has already written; nil
// adds nothing to them.
type DelegateFunc func(ctx context.Context, task *Task) (*Reply, error)

// TurnFunc answers the contact's turn. It returns the reply as a DelegateFunc does.
type TurnFunc func(ctx context.Context, conversation *Conversation) (*Reply, error)

// TransferFunc decides about an offered conversation. It returns the reason for declining, or "" to accept. It may run
// twice for the same offer, so it must have no side effects.
type TransferFunc func(ctx context.Context, task *Task, offer *pb.TransferOffer) (decline string, err error)

// NotifyFunc handles a message that is broadcast to the bot. There is no reply.
type NotifyFunc func(ctx context.Context, task *Task) error

// Agent describes a bot: its name, its skills and the functions that do the work. The ctx of a function ends at the
// deadline of the work, when the work is cancelled, or when its last caller is lost.
type Agent struct {
	// Name is a DNS label such as "billing-bot". Required.
	Name string
	// Description says what the bot is for.
	Description string
	// Skills are declared in the agent card; callers find the bot by them.
	Skills []*pb.Skill
	// Version is the bot's own version, free text.
	Version string
	// Internal limits the bot to calls from other agents: it never owns a conversation.
	Internal bool
	// Shared lets other accounts find and call the bot.
	Shared bool
	// Tags are keywords for search. Languages are BCP 47 tags.
	Tags, Languages []string
	// Limits narrow the mesh's limits for this bot.
	Limits Narrow
	// Capacity is the number of running tasks at which the bot reports itself busy; 0 means never.
	Capacity int
	// Settings default to the result of LoadSettings.
	Settings *Settings
	// TracerProvider is the application's own. By default the SDK makes one, which exports to the endpoint named by the
	// environment, or else by the mesh.
	TracerProvider trace.TracerProvider
	// Logger defaults to slog.Default.
	Logger *slog.Logger

	// OnDelegate does the tasks that other agents delegate to this bot.
	OnDelegate DelegateFunc
	// OnTurn answers the turns of the conversations that this bot owns; default OnDelegate.
	OnTurn TurnFunc
	// OnIntent maps an intent to the function that answers the first turn after a transfer or an opening with that intent.
	OnIntent map[string]TurnFunc
	// OnTransfer decides about offered conversations. By default the bot accepts if it answers turns.
	OnTransfer TransferFunc
	// OnNotify handles messages that are broadcast to this bot.
	OnNotify NotifyFunc
}

// forTurn returns the function for a turn: the one of the intent, else OnTurn, else OnDelegate; nil if there is none.
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

// Run serves the bot until SIGTERM, which drains it, or SIGINT (Ctrl-C), which stops it at once. If the bot cannot start,
// Run prints the error and exits with code 1.
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
