package io.botmesh;

import io.botmesh.v1.Agent;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;

/** A client of the mesh that is no agent: every delegation starts a chain. */
public final class Mesh extends Delegator implements AutoCloseable {
    private Mesh(AgentClient client) {
        super(client);
    }

    /** Connect as the environment says; REGISTRY_UNREACHABLE where no registry answers within 5 s. */
    public static Mesh connect() {
        return connect("botmesh-client", Settings.load(), null);
    }

    /**
     * Connect to a mesh.
     *
     * @param name what traces call this client
     * @param openTelemetry the application's own; null: one that exports as the environment or the mesh says
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

    /** The agents in the watched copy of the registry, by account and name. */
    public List<Agent> agents() {
        return client.directory.agents();
    }

    @Override
    AgentClient.Invocation newInvocation(String agent, Options options) {
        String conversation =
                options.conversationId().isEmpty() ? "" : Names.checkId("conversation_id", options.conversationId());
        return new AgentClient.Invocation(agent, Delegator.empty(), Chain.root(client.endpoint.account, conversation));
    }

    /** Close all connections and export the last spans. */
    @Override
    public void close() {
        client.directory.close();
        client.close();
        client.directory.registry.close();
        client.endpoint.telemetry.stop();
    }
}
