package botmesh

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Mesh is a client of the mesh that is no agent: every delegation starts a chain.
type Mesh struct {
	delegator
	endpoint *endpoint
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

// Connect returns a client that has a first copy of the registry's agents. It fails with REGISTRY_UNREACHABLE if no
// registry answers within 5 s.
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
	e := newEndpoint(settings.Account, settings)
	if e.telemetry, err = newTelemetry(c.Name, "", c.TracerProvider); err != nil {
		return nil, err
	}
	registry, err := newRegistryClient(e, settings.Registry)
	if err != nil {
		return nil, err
	}
	e.directory = newDirectory(settings.Account, registry)
	e.directory.onLimits, e.directory.onTraceEndpoint = e.setCeiling, e.telemetry.exportTo
	mesh := &Mesh{endpoint: e, registry: registry}
	mesh.delegator = delegator{client: newAgentClient(e, e.directory, settings), newInvocation: mesh.newInvocation, onReply: func(*Reply) {}}
	if err := e.directory.awaitSnapshot(ctx, firstSnapshot); err != nil {
		mesh.Close()
		return nil, err
	}
	return mesh, nil
}

// Connect connects with the settings of the environment (BOTMESH_*).
func Connect(ctx context.Context) (*Mesh, error) { return Client{}.Connect(ctx) }

// Agents are the agents in the watched copy of the registry, by account and name.
func (m *Mesh) Agents() []*pb.Agent { return m.endpoint.directory.agents() }

// Close closes all connections and exports the last spans.
func (m *Mesh) Close() {
	m.endpoint.directory.close()
	m.client.close()
	_ = m.registry.conn.Close()
	m.endpoint.telemetry.stop()
}

func (m *Mesh) newInvocation(target string, o options) (*invocation, error) {
	if o.conversationID != "" {
		if err := checkID("conversation_id", o.conversationID); err != nil {
			return nil, err
		}
	}
	return &invocation{target: target, message: &pb.Message{}, chain: rootChain(m.endpoint.account, o.conversationID)}, nil
}
