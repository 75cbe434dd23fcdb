package io.botmesh;

import io.botmesh.v1.AgentCard;
import io.botmesh.v1.Load;
import io.botmesh.v1.Readiness;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A running instance of an agent. */
public final class Serving implements AutoCloseable {
    private static final String SERVICE = "botmesh.v1.AgentService";
    private static final long STOP_GRACE_MILLIS = 500;
    /** The largest number of concurrent calls on one connection. Further calls wait at their caller. */
    private static final int MAX_CALLS = 1_000;
    /** The time after which a connection without calls is closed. Callers connect again when they need to. */
    private static final long IDLE_MINUTES = 5;
    /** The time that a new connection has for the HTTP/2 handshake. */
    private static final long HANDSHAKE_SECONDS = 10;
    /** The number of streams that a connection may reset within RESETS_SECONDS before it is closed (CVE-2023-44487). */
    private static final int MAX_RESETS = 1_000;

    private static final int RESETS_SECONDS = 10;

    private final Agent agent;
    private final AgentCard card;
    private final String instanceId = Names.newId();
    private final Settings settings;
    private final Endpoint endpoint;
    private final RegistryClient registry;
    private final Directory directory;
    private final AgentClient client;
    private final HealthStatusManager health = new HealthStatusManager();
    private String address = "";
    private Server server;
    private Registration registration;

    Serving(Agent agent) {
        this.agent = agent;
        settings = agent.settings == null ? Settings.load() : agent.settings;
        card = agent.card.clone().setAccountId(settings.account()).build();
        Telemetry telemetry = new Telemetry(card.getName(), instanceId, agent.openTelemetry);
        endpoint = new Endpoint(telemetry, settings, card.getName(), instanceId, card.getShared(), agent.limits);
        registry = new RegistryClient(settings.registry(), endpoint);
        directory = new Directory(settings.account(), registry, endpoint::learn, traces -> {});
        endpoint.directory = directory;
        client = new AgentClient(endpoint, directory, settings);
    }

    Serving start() {
        try {
            listen();
            registration = new Registration(registry, card, instanceId, advertised(), endpoint, this::state);
            registration.start();
            return this;
        } catch (BotmeshException e) {
            stop(Duration.ZERO);
            throw e;
        }
    }

    private void listen() {
        String bind = settings.bind();
        int colon = bind.lastIndexOf(':');
        String host = bind.substring(0, colon).replaceAll("[\\[\\]]", "");
        AgentService service = new AgentService(card, agent, client, () -> state().readiness());
        server = NettyServerBuilder.forAddress(new InetSocketAddress(host, Integer.parseInt(bind.substring(colon + 1))))
                .maxInboundMessageSize(Limits.TRANSPORT_BYTES)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .permitKeepAliveTime(5, TimeUnit.SECONDS) // channels ping idle connections
                .permitKeepAliveWithoutCalls(true)
                .maxConcurrentCallsPerConnection(MAX_CALLS)
                .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES)
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .maxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS)
                .addService(new AgentServiceBinding(endpoint, service, AgentServiceBinding.REQUEST_WAIT).definition())
                .addService(
                        ParseErrorInterceptor.around(health.getHealthService().bindService()))
                .addService(ParseErrorInterceptor.around(
                        ProtoReflectionServiceV1.newInstance().bindService()))
                .addService(ParseErrorInterceptor.around(io.grpc.protobuf.services.ProtoReflectionService.newInstance()
                        .bindService()))
                .build();
        try {
            server.start();
        } catch (IOException e) {
            throw BotmeshException.invalid("bind", "cannot listen at " + bind + ": " + e.getMessage());
        }
        health.setStatus(SERVICE, ServingStatus.SERVING);
        address = bind.substring(0, colon + 1) + server.getPort();
    }

    private String advertised() {
        boolean isAny = address.startsWith("0.0.0.0:") || address.startsWith("[::]:");
        if (settings.advertise().isEmpty() && isAny) {
            throw BotmeshException.invalid(
                    "advertise",
                    address + " stands for all addresses of this machine: set BOTMESH_ADVERTISE to the one that others"
                            + " reach");
        }
        return settings.advertise().isEmpty() ? address : settings.advertise();
    }

    private Registration.State state() {
        int running = endpoint.works.running();
        Readiness readiness = endpoint.draining
                ? Readiness.READINESS_DRAINING
                : running >= agent.capacity ? Readiness.READINESS_BUSY : Readiness.READINESS_READY;
        Load load = Load.newBuilder()
                .setInFlight(running)
                .setRecentFailures(endpoint.stats.recentFailures())
                .build();
        return new Registration.State(readiness, load);
    }

    /** Returns the address on which the server listens: host and port. */
    public String address() {
        return address;
    }

    /** Returns the id of this instance in the mesh, 32 hex digits. */
    public String instanceId() {
        return instanceId;
    }

    Settings settings() {
        return settings;
    }

    /** Returns a future that completes when the registry has reached the instance, so that others can call it. */
    public CompletableFuture<Void> listed() {
        return registration.listed;
    }

    /** Refuses new work, waits up to the drain timeout for running work, deregisters and stops the server. */
    @Override
    public void close() {
        stop(settings.drainTimeout());
    }

    /** Stops like close, but waits up to `timeout` for running work. ZERO cancels the work at once. */
    public void stop(Duration timeout) {
        endpoint.draining = true;
        if (registration != null) {
            registration.heartbeatNow();
        }
        if (!timeout.isZero()) {
            health.enterTerminalState();
        }
        endpoint.works.drain(timeout);
        if (registration != null) {
            registration.stop();
        }
        directory.close();
        try {
            if (server != null && !server.shutdown().awaitTermination(STOP_GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
        registry.close();
        endpoint.telemetry.stop();
    }
}
