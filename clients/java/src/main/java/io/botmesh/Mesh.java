package io.botmesh;

import io.botmesh.v1.Agent;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;

/** A client of the mesh. It is not an agent: each delegation starts a new chain. */
public final class Mesh extends Delegator implements AutoCloseable {
    private Mesh(AgentClient client) {
        super(client);
    }

    /** Connects with the settings of the environment. Throws REGISTRY_UNREACHABLE if no registry answers within 5 s. */
    public static Mesh connect() {
        return connect("botmesh-client", Settings.load(), null);
    }

    /**
     * Connects to a mesh.
     *
     * @param name the service name of this client in traces
     * @param openTelemetry the application's own; null to export to the endpoint that the environment or the mesh sets
     * @throws BotmeshException REGISTRY_UNREACHABLE if no registry answers within 5 s
     */
    public static Mesh connect(String name, Settings settings, OpenTelemetry openTelemetry) {
        Endpoint endpoint = new Endpoint(new Telemetry(name, "", openTelemetry), settings, "", "", false, Limits.NONE);
        RegistryClient registry = new RegistryClient(settings.registry(), endpoint);
        Directory directory =
                new Directory(settings.account(), registry, endpoint::learn, endpoint.telemetry::exportTo);
        endpoint.directory = directory;
        Mesh mesh = new Mesh(new AgentClient(endpoint, directory, settings));
        try {
            directory.ready(Duration.ofSeconds(5));
        } catch (InterruptedException | BotmeshException e) {
            mesh.close();
            throw Statuses.asError(e);
        }
        return mesh;
    }

    /** Returns the agents of the local copy of the registry, ordered by account and name. Makes no call. */
    public List<Agent> agents() {
        return client.directory.agents();
    }

    @Override
    AgentClient.Invocation newInvocation(String agent, Options options) {
        String conversation =
                options.conversationId().isEmpty() ? "" : Names.checkId("conversation_id", options.conversationId());
        return new AgentClient.Invocation(agent, Delegator.empty(), Chain.root(client.endpoint.account, conversation));
    }

    /** Closes all connections and exports the remaining spans, for up to 2 s. */
    @Override
    public void close() {
        client.directory.close();
        client.close();
        client.directory.registry.close();
        client.endpoint.telemetry.stop();
    }
}
