package botmesh

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	agentServiceName = "botmesh.v1.AgentService"
	stopGrace        = 500 * time.Millisecond
)

// DelegateFunc does a task. It returns what is left of the reply after the pieces that it sent; nil: nothing.
type DelegateFunc func(ctx context.Context, task *Task) (*Reply, error)

// TurnFunc answers a contact.
type TurnFunc func(ctx context.Context, conversation *Conversation) (*Reply, error)

// TransferFunc decides about an offered conversation: it returns why it declines, or nothing to accept. It may be asked
// twice for one offer: deciding must have no side effects.
type TransferFunc func(ctx context.Context, task *Task, offer *pb.TransferOffer) (decline string, err error)

// NotifyFunc hears what is broadcast.
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
	// OnNotify hears what is broadcast to this bot.
	OnNotify NotifyFunc
}

// forTurn is who answers a turn: the dialog of an intent that is known, else turns, else delegations.
func (a *Agent) forTurn(intent string) TurnFunc {
	if found := a.OnIntent[intent]; found != nil {
		return found
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

// Serving is an agent that serves.
type Serving struct {
	// Address is where it listens.
	Address string
	// InstanceID is this process's id in the mesh.
	InstanceID string

	agent        *Agent
	settings     Settings
	end          *end
	calls        *caller
	registry     *registryClient
	registration *registration
	server       *grpc.Server
	health       *health.Server
}

// Start serves and registers. It returns as soon as the bot serves: the registry may still be on its way (see Listed).
func (a *Agent) Start() (*Serving, error) {
	made, err := a.prepare()
	if err != nil {
		return nil, err
	}
	listener, err := listen(made.settings.Bind)
	if err != nil {
		return nil, err
	}
	made.Address = listener.Addr().String()
	go func() { _ = made.server.Serve(listener) }()
	if err := made.register(); err != nil {
		made.Stop(0)
		return nil, err
	}
	return made, nil
}

func (a *Agent) prepare() (*Serving, error) {
	if err := checkAgent("name", a.Name); err != nil {
		return nil, err
	}
	for _, skill := range a.Skills {
		if err := checkID("skill", skill.Id); err != nil {
			return nil, err
		}
	}
	made := &Serving{agent: a, InstanceID: newID()}
	if a.Settings != nil {
		made.settings = *a.Settings
	} else {
		var err error
		if made.settings, err = LoadSettings(); err != nil {
			return nil, err
		}
	}
	return made, made.assemble()
}

func (s *Serving) assemble() (err error) {
	a := s.agent
	e := newEnd(s.settings.Account, s.settings, a.Limits)
	e.log = a.logger()
	e.agent, e.instance, e.shared, e.stats.startedAt = a.Name, s.InstanceID, a.Shared, time.Now()
	if e.telemetry, err = newTelemetry(a.Name, s.InstanceID, a.TracerProvider); err != nil {
		return err
	}
	if s.registry, err = newRegistryClient(e, s.settings.Registry); err != nil {
		return err
	}
	e.directory = newDirectory(e.account, s.registry)
	e.directory.onLimits = e.learn
	s.end, s.calls = e, newCaller(e, e.directory, s.settings)
	s.server, s.health = newGRPCServer(e, defaultBounds)
	s.registerService()
	return nil
}

func (s *Serving) registerService() {
	s.health.SetServingStatus(agentServiceName, healthpb.HealthCheckResponse_SERVING)
	s.server.RegisterService(receiving(pb.AgentService_ServiceDesc), &agentServer{
		agent: s.agent, card: s.agent.card(s.end.account), calls: s.calls,
		readiness: func() pb.Readiness { r, _ := s.state(); return r }, log: s.agent.logger(),
	})
}

func (a *Agent) logger() *slog.Logger {
	if a.Logger != nil {
		return a.Logger
	}
	return slog.Default()
}

func (s *Serving) register() error {
	advertised := s.settings.Advertise
	if advertised == "" {
		if strings.HasPrefix(s.Address, "0.0.0.0:") || strings.HasPrefix(s.Address, "[::]:") {
			return invalid("advertise", "%s stands for all addresses of this machine: set BOTMESH_ADVERTISE to the one that others reach", s.Address)
		}
		advertised = s.Address
	}
	r := newRegistration(s.end, s.registry, s.agent.card(s.end.account), s.InstanceID, advertised)
	r.state, r.log = s.state, s.agent.logger()
	r.onLimits, r.onTraceEndpoint = s.end.learn, s.end.telemetry.exportTo
	s.registration = r
	return r.start()
}

// state is how ready the instance is, and how much it has to do.
func (s *Serving) state() (pb.Readiness, *pb.Load) {
	running, _ := s.end.works.counts()
	readiness := pb.Readiness_READINESS_READY
	switch {
	case s.end.draining.Load():
		readiness = pb.Readiness_READINESS_DRAINING
	case s.agent.Capacity > 0 && running >= s.agent.Capacity:
		readiness = pb.Readiness_READINESS_BUSY
	}
	return readiness, &pb.Load{InFlight: uint32(running), RecentFailures: s.end.stats.recentFailures()}
}

// Listed returns when the registry has found the bot at its address: others can call it from now on.
func (s *Serving) Listed(ctx context.Context) error {
	select {
	case <-s.registration.listed:
		return nil
	case <-ctx.Done():
		return asError(ctx.Err())
	}
}

// Drain takes no new work, finishes what runs, as far as the drain timeout allows, and leaves.
func (s *Serving) Drain() { s.Stop(s.settings.DrainTimeout) }

// Stop takes no new work, gives what runs so long, and leaves.
func (s *Serving) Stop(timeout time.Duration) {
	s.end.draining.Store(true)
	if s.registration != nil {
		s.registration.tellSoon()
	}
	if timeout > 0 {
		s.health.Shutdown()
	}
	s.end.works.drain(timeout)
	if s.registration != nil {
		s.registration.stop()
	}
	s.end.directory.close()
	stopped := make(chan struct{})
	go func() { s.server.GracefulStop(); close(stopped) }()
	select {
	case <-stopped:
	case <-time.After(stopGrace):
		s.server.Stop()
	}
	s.calls.close()
	_ = s.registry.conn.Close()
	s.end.telemetry.stop()
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
	case <-signals: // a second one: nobody wants to wait any longer
		os.Exit(1)
	}
}
