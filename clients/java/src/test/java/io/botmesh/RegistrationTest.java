package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.botmesh.v1.HeartbeatRequest;
import io.botmesh.v1.HeartbeatResponse;
import io.botmesh.v1.Lease;
import io.botmesh.v1.Load;
import io.botmesh.v1.OpenDelegations;
import io.botmesh.v1.ProbeState;
import io.botmesh.v1.Readiness;
import io.botmesh.v1.RegisterResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The registration against a faulty registry, and against exceptions of its own process. */
@Timeout(60)
class RegistrationTest extends FaultyPeers {
    /** Registration survives every faulty response and completes in the end. */
    @Test
    void theLeaseThreadSurvivesFaultyResponses() throws Exception {
        AtomicInteger registered = new AtomicInteger();
        AtomicInteger beats = new AtomicInteger();
        com.google.protobuf.Duration never = com.google.protobuf.Duration.newBuilder()
                .setSeconds(Long.MAX_VALUE)
                .setNanos(Integer.MAX_VALUE)
                .build();
        List<Message> heartbeats = List.of(
                HeartbeatResponse.newBuilder()
                        .setLease(Lease.newBuilder().setHeartbeatInterval(never))
                        .build(),
                HeartbeatResponse.newBuilder().setProbeValue(99).build(),
                HeartbeatResponse.newBuilder()
                        .setLimits(io.botmesh.v1.Limits.newBuilder().setMaxTimeout(never))
                        .build());
        RawServer server = closing(new RawServer(Map.of(
                "botmesh.v1.RegistryService/Register",
                given -> {
                    Lease lease = Lease.newBuilder()
                            .setHeartbeatInterval(
                                    com.google.protobuf.Duration.newBuilder().setNanos(registered.get() == 1 ? -5 : 0))
                            .build();
                    switch (registered.getAndIncrement()) {
                        case 0 -> given.end(GARBAGE);
                        default ->
                            given.end(RegisterResponse.newBuilder()
                                    .setLease(lease)
                                    .build()
                                    .toByteArray());
                    }
                },
                "botmesh.v1.RegistryService/Heartbeat",
                given -> {
                    int number = beats.getAndIncrement();
                    if (number < heartbeats.size()) {
                        given.send(heartbeats.get(number).toByteArray());
                    } else if (number == heartbeats.size()) {
                        given.send(GARBAGE);
                    } else {
                        given.send(HeartbeatResponse.newBuilder()
                                .setProbe(ProbeState.PROBE_STATE_PASSED)
                                .build()
                                .toByteArray());
                    }
                },
                "botmesh.v1.RegistryService/Deregister",
                given -> given.end(new byte[0]))));
        Serving serving = Agent.named("one")
                .settings(Settings.load(Map.of("BOTMESH_REGISTRY", server.address(), "BOTMESH_BIND", "127.0.0.1:0")))
                .start();
        serving.listed().get(20, TimeUnit.SECONDS);
        assertTrue(registered.get() >= 3);
        serving.stop(Duration.ZERO);
    }

    /** Registration also survives exceptions of this process while it makes a heartbeat. */
    @Test
    void theLeaseThreadSurvivesExceptionsWhileItMakesAHeartbeat() throws Exception {
        RawServer server = closing(new RawServer(Map.of(
                "botmesh.v1.RegistryService/Register",
                given -> given.end(RegisterResponse.getDefaultInstance().toByteArray()),
                "botmesh.v1.RegistryService/Heartbeat",
                given -> given.send(HeartbeatResponse.newBuilder()
                        .setProbe(ProbeState.PROBE_STATE_PASSED)
                        .build()
                        .toByteArray()),
                "botmesh.v1.RegistryService/Deregister",
                given -> given.end(new byte[0]))));
        Settings settings = Settings.load(Map.of("BOTMESH_REGISTRY", server.address()));
        Endpoint endpoint = new Endpoint(new Telemetry("test", "", null), settings, "a", "i", false, Limits.NONE);
        RegistryClient registry = new RegistryClient(server.address(), endpoint);
        closing(registry::close);
        AtomicInteger asked = new AtomicInteger();
        Supplier<Registration.State> state = () -> {
            switch (asked.getAndIncrement()) {
                case 1 -> throw new IllegalStateException("a bug");
                case 2 -> throw new StackOverflowError();
                case 3 -> throw new OutOfMemoryError();
                default -> {
                    return new Registration.State(Readiness.READINESS_READY, Load.getDefaultInstance());
                }
            }
        };
        Registration registration = new Registration(registry, card("a"), "i", "127.0.0.1:1", endpoint, state);
        closing(registration::stop);
        registration.start();
        registration.listed.get(20, TimeUnit.SECONDS);
    }

    /** A conversation that reaches five delegations is reported early; what is open elsewhere limits this instance. */
    @Test
    void heartbeatsCarryTheOpenDelegationsOfBothSides() throws Exception {
        com.google.protobuf.Duration minute =
                com.google.protobuf.Duration.newBuilder().setSeconds(60).build();
        BlockingQueue<List<OpenDelegations>> reports = new LinkedBlockingQueue<>();
        RawServer server = closing(new RawServer(Map.of(
                "botmesh.v1.RegistryService/Register",
                given -> given.end(RegisterResponse.newBuilder()
                        .setLease(Lease.newBuilder().setHeartbeatInterval(minute))
                        .build()
                        .toByteArray()),
                "botmesh.v1.RegistryService/Heartbeat",
                given -> {
                    HeartbeatRequest request = parse(given.request());
                    HeartbeatResponse.Builder response =
                            HeartbeatResponse.newBuilder().setProbe(ProbeState.PROBE_STATE_PASSED);
                    if (request.getOpenDelegationsCount() == 1) {
                        response.addOpenElsewhere(request.getOpenDelegations(0));
                    }
                    given.send(response.build().toByteArray());
                    reports.add(request.getOpenDelegationsList());
                },
                "botmesh.v1.RegistryService/Deregister",
                given -> given.end(new byte[0]))));
        Settings settings = Settings.load(Map.of("BOTMESH_REGISTRY", server.address()));
        Endpoint endpoint = new Endpoint(new Telemetry("test", "", null), settings, "a", "i", false, Limits.NONE);
        RegistryClient registry = new RegistryClient(server.address(), endpoint);
        closing(registry::close);
        Registration registration = new Registration(
                registry,
                card("a"),
                "i",
                "127.0.0.1:1",
                endpoint,
                () -> new Registration.State(Readiness.READINESS_READY, Load.getDefaultInstance()));
        closing(registration::stop);
        registration.start();
        registration.listed.get(20, TimeUnit.SECONDS);
        while (reports.poll(500, TimeUnit.MILLISECONDS) != null) {} // those of the time before it was listed
        for (int number = 0; number < 5; number++) {
            endpoint.outgoing.enter("default/v-1", 0, 10);
        }
        OpenDelegations five =
                OpenDelegations.newBuilder().setKey("v-1").setCount(5).build();
        assertEquals(List.of(five), reports.poll(10, TimeUnit.SECONDS));
        BotmeshException error = null;
        for (int tries = 0; error == null && tries < 100; tries++) {
            Thread.sleep(20); // the response arrives after the server has sent it
            error = refusal(endpoint);
        }
        assertTrue(error.getMessage().startsWith("5 outgoing delegations are open here and 5 elsewhere"));
        for (int number = 0; number < 5; number++) {
            endpoint.outgoing.enter("default/v-2", 0, 10);
        }
        List<OpenDelegations> both = reports.poll(10, TimeUnit.SECONDS);
        assertEquals(2, both.size());
    }

    /** Returns the refusal of a delegation; null if it was not refused. */
    private static BotmeshException refusal(Endpoint endpoint) {
        try {
            endpoint.outgoing.enter("default/v-1", 0, 10);
            endpoint.outgoing.leave("default/v-1");
            return null;
        } catch (BotmeshException e) {
            return e;
        }
    }

    private static HeartbeatRequest parse(byte[] request) {
        try {
            return HeartbeatRequest.parseFrom(request);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void onlyErrorsOfTheVirtualMachineEndABackgroundThread() {
        assertTrue(Threads.isFatal(new InternalError()));
        assertFalse(Threads.isFatal(new StackOverflowError()));
        assertFalse(Threads.isFatal(new OutOfMemoryError()));
        assertFalse(Threads.isFatal(new IllegalStateException()));
    }
}
