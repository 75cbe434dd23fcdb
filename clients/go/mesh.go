package botmesh

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Mesh is a client of the mesh that is no agent: every delegation starts a chain.
type Mesh struct {
	asking
	end      *end
	registry *registryClient
}

// Client says how a program connects. The zero value reads the environment.
type Client struct {
	// Name is what traces call this client; default "botmesh-client".
	Name string
	// Settings default to LoadSettings.
	Settings *Settings
	// TracerProvider is the application's own; default one that exports as the environment or the mesh says.
	TracerProvider trace.TracerProvider
}

// Connect is a mesh with a first copy of its agents; an error where no registry answers within 5 s.
func (c Client) Connect(ctx context.Context) (*Mesh, error) {
	settings, err := LoadSettings()
	if c.Settings != nil {
		settings, err = *c.Settings, nil
	}
	if err != nil {
		return nil, err
	}
	if c.Name == "" {
		c.Name = "botmesh-client"
	}
	e := newEnd(settings.Account, settings)
	if e.telemetry, err = newTelemetry(c.Name, "", c.TracerProvider); err != nil {
		return nil, err
	}
	registry, err := newRegistryClient(e, settings.Registry)
	if err != nil {
		return nil, err
	}
	e.directory = newDirectory(settings.Account, registry)
	e.directory.onLimits, e.directory.onTraceEndpoint = e.learn, e.telemetry.exportTo
	made := &Mesh{end: e, registry: registry}
	made.asking = asking{calls: newCaller(e, e.directory, settings), begin: made.beginAsk, spent: func(*Reply) {}}
	if err := e.directory.wait(ctx, firstSnapshot); err != nil {
		made.Close()
		return nil, err
	}
	return made, nil
}

// Connect connects as the environment says.
func Connect(ctx context.Context) (*Mesh, error) { return Client{}.Connect(ctx) }

// Agents are the agents in the watched copy of the registry, by account and name.
func (m *Mesh) Agents() []*pb.Agent { return m.end.directory.agents() }

// Close closes all connections and exports the last spans.
func (m *Mesh) Close() {
	m.end.directory.close()
	m.calls.close()
	_ = m.registry.conn.Close()
	m.end.telemetry.stop()
}

func (m *Mesh) beginAsk(target string, o options) (*ask, error) {
	if o.conversationID != "" {
		if err := checkID("conversation_id", o.conversationID); err != nil {
			return nil, err
		}
	}
	return &ask{target: target, message: &pb.Message{}, chain: rootChain(m.end.account, o.conversationID)}, nil
}
