package botmesh

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

// Mesh is a client of the mesh. Each of its delegations starts a chain.
type Mesh struct {
	delegator
	endpoint *endpoint
	registry *registryClient
}

// Client configures a connection to the mesh. The zero value uses the settings of the environment.
type Client struct {
	// Name is the service name in traces; default "botmesh-client".
	Name string
	// Settings default to the result of LoadSettings.
	Settings *Settings
	// TracerProvider is the application's own. By default the SDK makes one, which exports to the endpoint named by the
	// environment, or else by the mesh.
	TracerProvider trace.TracerProvider
}

// Connect returns a client after it has received the first snapshot of the registry. It fails with REGISTRY_UNREACHABLE
// if no registry answers within 5 s.
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

// Connect calls Client.Connect with the settings of the environment (BOTMESH_*).
func Connect(ctx context.Context) (*Mesh, error) { return Client{}.Connect(ctx) }

// Agents returns the agents in the watched copy of the registry, ordered by account and name.
func (m *Mesh) Agents() []*pb.Agent { return m.endpoint.directory.agents() }

// Close closes all connections and exports the remaining spans, for up to 2 s.
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
