package io.botmesh;

import io.botmesh.v1.AgentCard;
import io.botmesh.v1.CancelResponse;
import io.botmesh.v1.DelegateResponse;
import io.botmesh.v1.Instance;
import io.botmesh.v1.Part;
import io.botmesh.v1.Readiness;
import io.botmesh.v1.SnapshotChunk;
import io.botmesh.v1.WatchAgentsResponse;
import io.opentelemetry.api.OpenTelemetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** A fixture with registries and agents that answer with arbitrary bytes. Closes them after each test. */
abstract class FaultyPeers {
    static final byte[] GARBAGE = {10, 127, 3};

    static final String LONG = "x".repeat(5_000);

    final List<AutoCloseable> open = new ArrayList<>();

    final AtomicInteger delegations = new AtomicInteger();

    final CountDownLatch cancelled = new CountDownLatch(1);

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    <T extends AutoCloseable> T closing(T one) {
        open.add(0, one);
        return one;
    }

    /** An agent with this answer to one method; `cancelled` opens when it gets a Cancel. */
    Instance agent(String method, RawServer.Answer answer) {
        RawServer server = closing(new RawServer(Map.of(
                Call.SERVICE + method,
                given -> {
                    delegations.incrementAndGet();
                    answer.answer(given);
                },
                Call.SERVICE + "Cancel",
                given -> {
                    cancelled.countDown();
                    given.end(CancelResponse.getDefaultInstance().toByteArray());
                })));
        return instance("worker", server.address());
    }

    static Instance instance(String agent, String address) {
        return Instance.newBuilder()
                .setInstanceId(Names.newId())
                .setAccountId("default")
                .setAgent(agent)
                .setAddress(address)
                .setReadiness(Readiness.READINESS_READY)
                .build();
    }

    static AgentCard card(String name) {
        return AgentCard.newBuilder().setAccountId("default").setName(name).build();
    }

    static byte[] snapshot(SnapshotChunk.Builder chunk) {
        return WatchAgentsResponse.newBuilder()
                .setSnapshot(chunk.setComplete(true))
                .build()
                .toByteArray();
    }

    /** A registry that sends these responses to its watchers. */
    Settings registry(Map<String, String> environment, byte[]... responses) {
        RawServer server = closing(new RawServer(Map.of("botmesh.v1.RegistryService/WatchAgents", given -> {
            for (byte[] response : responses) {
                given.send(response);
            }
        })));
        Map<String, String> all = new HashMap<>(environment);
        all.put("BOTMESH_REGISTRY", server.address());
        return Settings.load(all);
    }

    Mesh mesh(Settings settings) {
        return closing(Mesh.connect("test", settings, OpenTelemetry.noop()));
    }

    Mesh mesh(Instance worker) {
        return mesh(registry(
                Map.of(),
                snapshot(SnapshotChunk.newBuilder().addCards(card("worker")).addInstances(worker))));
    }

    static byte[] reply(io.botmesh.v1.Reply.Builder reply) {
        return DelegateResponse.newBuilder().setReply(reply).build().toByteArray();
    }

    static io.botmesh.v1.Reply.Builder holding(Part.Builder part) {
        return io.botmesh.v1.Reply.newBuilder()
                .setMessage(io.botmesh.v1.Message.newBuilder().addPayload(part));
    }
}
