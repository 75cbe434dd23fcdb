package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import io.botmesh.v1.HeartbeatResponse;
import io.botmesh.v1.Lease;
import io.botmesh.v1.Load;
import io.botmesh.v1.ProbeState;
import io.botmesh.v1.Readiness;
import io.botmesh.v1.RegisterResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
        Registration registration =
                new Registration(registry, card("a"), "i", "127.0.0.1:1", state, limits -> {}, to -> {});
        closing(registration::stop);
        registration.start();
        registration.listed.get(20, TimeUnit.SECONDS);
    }

    @Test
    void onlyErrorsOfTheVirtualMachineEndABackgroundThread() {
        assertTrue(Threads.isFatal(new InternalError()));
        assertFalse(Threads.isFatal(new StackOverflowError()));
        assertFalse(Threads.isFatal(new OutOfMemoryError()));
        assertFalse(Threads.isFatal(new IllegalStateException()));
    }
}
