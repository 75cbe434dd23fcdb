package io.botmesh;

import io.botmesh.v1.Agent;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;

/** A client of the mesh that is no agent: every delegation starts a chain. */
public final class Mesh extends Asking implements AutoCloseable {
    private Mesh(Caller caller) {
        super(caller);
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
        End end = new End(new Telemetry(name, "", openTelemetry), settings, "", "", false, Limits.NONE);
        RegistryClient registry = new RegistryClient(settings.registry(), end);
        Directory directory = new Directory(settings.account(), registry, end::learn, end.telemetry::exportTo);
        end.directory = directory;
        Mesh mesh = new Mesh(new Caller(end, directory, settings));
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
        return caller.directory.agents();
    }

    @Override
    Caller.Ask begin(String agent, Options options) {
        String conversation =
                options.conversationId().isEmpty() ? "" : Names.checkId("conversation_id", options.conversationId());
        return new Caller.Ask(agent, Asking.empty(), Chain.root(caller.end.account, conversation));
    }

    /** Close all connections and export the last spans. */
    @Override
    public void close() {
        caller.directory.close();
        caller.close();
        caller.directory.registry.close();
        caller.end.telemetry.stop();
    }
}
