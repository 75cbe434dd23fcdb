package botmesh

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Serving is a running agent.
type Serving struct {
	// Address is the IP and port on which the agent listens.
	Address string
	// InstanceID is the id of this process in the mesh; it is new for each Serving.
	InstanceID string

	agent        *Agent
	settings     Settings
	endpoint     *endpoint
	client       *agentClient
	registry     *registryClient
	registration *registration
	server       *grpc.Server
	health       *health.Server
}

// Start serves and registers the bot. It returns when the bot accepts calls; others can find it only later (see Listed).
// If no registry answers, Start does not fail and registration continues in the background.
func (a *Agent) Start() (*Serving, error) {
	serving, err := a.prepare()
	if err != nil {
		return nil, err
	}
	listener, err := listen(serving.settings.Bind)
	if err != nil {
		return nil, err
	}
	serving.Address = listener.Addr().String()
	go func() { _ = serving.server.Serve(listener) }()
	if err := serving.register(); err != nil {
		serving.Stop(0)
		return nil, err
	}
	return serving, nil
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
	serving := &Serving{agent: a, InstanceID: newID()}
	if a.Settings != nil {
		serving.settings = *a.Settings
	} else {
		var err error
		if serving.settings, err = LoadSettings(); err != nil {
			return nil, err
		}
	}
	return serving, serving.assemble()
}

func (s *Serving) assemble() (err error) {
	a := s.agent
	e := newEndpoint(s.settings.Account, s.settings, a.Limits)
	e.log = a.logger()
	e.agent, e.instance, e.shared, e.stats.startedAt = a.Name, s.InstanceID, a.Shared, time.Now()
	if e.telemetry, err = newTelemetry(a.Name, s.InstanceID, a.TracerProvider); err != nil {
		return err
	}
	if s.registry, err = newRegistryClient(e, s.settings.Registry); err != nil {
		return err
	}
	e.directory = newDirectory(e.account, s.registry)
	e.directory.onLimits = e.setCeiling
	s.endpoint, s.client = e, newAgentClient(e, e.directory, s.settings)
	s.server, s.health = newGRPCServer(e, defaultBounds)
	s.registerService()
	return nil
}

func (s *Serving) registerService() {
	s.health.SetServingStatus(agentServiceName, healthpb.HealthCheckResponse_SERVING)
	s.server.RegisterService(receiving(pb.AgentService_ServiceDesc), &agentService{
		agent: s.agent, card: s.agent.card(s.endpoint.account), client: s.client,
		readiness: func() pb.Readiness { r, _ := s.state(); return r }, log: s.agent.logger(),
	})
}

func (s *Serving) register() error {
	advertised := s.settings.Advertise
	if advertised == "" {
		if strings.HasPrefix(s.Address, "0.0.0.0:") || strings.HasPrefix(s.Address, "[::]:") {
			return invalid("advertise", "%s stands for all addresses of this machine: set BOTMESH_ADVERTISE to the one that others reach", s.Address)
		}
		advertised = s.Address
	}
	r := newRegistration(s.endpoint, s.registry, s.agent.card(s.endpoint.account), s.InstanceID, advertised)
	r.state, r.log = s.state, s.agent.logger()
	s.endpoint.reportMany(r.heartbeatNow)
	r.onLimits, r.onTraceEndpoint = s.endpoint.setCeiling, s.endpoint.telemetry.exportTo
	s.registration = r
	return r.start()
}

// state returns the readiness and the load of the instance.
func (s *Serving) state() (pb.Readiness, *pb.Load) {
	running, _ := s.endpoint.works.counts()
	readiness := pb.Readiness_READINESS_READY
	switch {
	case s.endpoint.draining.Load():
		readiness = pb.Readiness_READINESS_DRAINING
	case s.agent.Capacity > 0 && running >= s.agent.Capacity:
		readiness = pb.Readiness_READINESS_BUSY
	}
	return readiness, &pb.Load{InFlight: uint32(running), RecentFailures: s.endpoint.stats.recentFailures()}
}

// Listed waits until the registry has reached the bot at its address. From then on others can find the bot.
func (s *Serving) Listed(ctx context.Context) error {
	select {
	case <-s.registration.listed:
		return nil
	case <-ctx.Done():
		return asError(ctx.Err())
	}
}

// Drain calls Stop with Settings.DrainTimeout.
func (s *Serving) Drain() { s.Stop(s.settings.DrainTimeout) }

// Stop refuses new work, waits up to timeout for running work, cancels the rest and deregisters the instance.
func (s *Serving) Stop(timeout time.Duration) {
	s.endpoint.draining.Store(true)
	if s.registration != nil {
		s.registration.heartbeatNow()
	}
	if timeout > 0 {
		s.health.Shutdown()
	}
	s.endpoint.works.drain(timeout)
	if s.registration != nil {
		s.registration.stop()
	}
	s.endpoint.directory.close()
	stopped := make(chan struct{})
	go func() { s.server.GracefulStop(); close(stopped) }()
	select {
	case <-stopped:
	case <-time.After(stopGrace):
		s.server.Stop()
	}
	s.client.close()
	_ = s.registry.conn.Close()
	s.endpoint.telemetry.stop()
}
