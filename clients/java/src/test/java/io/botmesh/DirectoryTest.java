package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.botmesh.v1.AgentCard;
import io.botmesh.v1.AgentChanges;
import io.botmesh.v1.Instance;
import io.botmesh.v1.Part;
import io.botmesh.v1.SnapshotChunk;
import io.botmesh.v1.WatchAgentsResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The directory against a faulty registry: unparsable and invalid cards, snapshots and limits. */
@Timeout(60)
class DirectoryTest extends FaultyPeers {
    @Test
    void anInvalidCardIsLeftOutAndTheOthersAreKept() {
        Instance worker = agent(
                "Delegate", given -> given.end(reply(holding(Part.newBuilder().setText("done")))));
        AgentCard bad = card("bad").toBuilder().setExposureValue(99).build();
        Instance odd =
                instance("odd", "127.0.0.1:1").toBuilder().setReadinessValue(99).build();
        Mesh mesh = mesh(registry(
                Map.of(),
                snapshot(SnapshotChunk.newBuilder()
                        .addCards(bad)
                        .addCards(card("worker"))
                        .addInstances(odd)
                        .addInstances(worker))));
        assertEquals("done", mesh.delegate("worker", "go").text());
        assertEquals(1, mesh.agents().size());
        assertEquals(
                Reason.UNKNOWN_AGENT,
                assertThrows(BotmeshException.class, () -> mesh.delegate("bad", "go"))
                        .reason());
    }

    @Test
    void anInvalidChangeOfACardKeepsTheCardBefore() throws Exception {
        byte[] first = snapshot(
                SnapshotChunk.newBuilder().addCards(card("a").toBuilder().setVersion("1")));
        byte[] change = WatchAgentsResponse.newBuilder()
                .setChanges(AgentChanges.newBuilder()
                        .addCards(card("a").toBuilder().setVersion(LONG))
                        .addCards(card("b")))
                .build()
                .toByteArray();
        Mesh mesh = mesh(registry(Map.of(), first, GARBAGE, change));
        until(() -> mesh.agents().size() == 2);
        assertEquals("1", mesh.agents().get(0).getCard().getVersion());
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void until(Condition condition) throws Exception {
        for (int times = 0; times < 200 && !condition.holds(); times++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertTrue(condition.holds());
    }

    @Test
    void anIncompleteSnapshotRemovesNothing() throws Exception {
        Settings settings = registry(Map.of());
        Directory directory =
                new Directory("default", new RegistryClient(settings.registry(), null), limits -> {}, to -> {});
        directory.watch.take(
                snapshot(SnapshotChunk.newBuilder().addCards(card("a")).addCards(card("b"))));
        directory.watch.take(GARBAGE);
        directory.watch.take(snapshot(SnapshotChunk.newBuilder().addCards(card("a"))));
        assertEquals(2, directory.agents().size());
        directory.watch.take(snapshot(SnapshotChunk.newBuilder().addCards(card("a"))));
        assertEquals(1, directory.agents().size());
    }

    @Test
    void aWaiterForAnUnparsableSnapshotGetsInvalidField() {
        Settings settings = registry(Map.of(), GARBAGE);
        BotmeshException error = assertThrows(BotmeshException.class, () -> mesh(settings));
        assertEquals(Reason.INVALID_FIELD, error.reason());
        assertEquals("response", error.metadata().get("field"));
        assertTrue(error.getMessage().contains("answers"), error.getMessage());
        assertFalse(error.getMessage().contains("no registry"), error.getMessage());
        assertFalse(error.started());
    }

    @Test
    void invalidLimitsKeepTheLimitsBefore() {
        byte[] limits = WatchAgentsResponse.newBuilder()
                .setLimits(
                        io.botmesh.v1.Limits.newBuilder().setMaxMessageBytes(-1).setMaxHops(0))
                .setSnapshot(SnapshotChunk.newBuilder().setComplete(true))
                .setTraceEndpoint("no endpoint at all: \u0001")
                .build()
                .toByteArray();
        Mesh mesh = mesh(registry(Map.of(), limits));
        assertEquals(Limits.DEFAULT, mesh.client.endpoint.limits);
    }

    /** An exception of a listener is logged, and the next response is applied. */
    @Test
    void theWatchSurvivesExceptionsOfItsListeners() throws Exception {
        byte[] limits = WatchAgentsResponse.newBuilder()
                .setLimits(io.botmesh.v1.Limits.newBuilder().setMaxHops(3))
                .build()
                .toByteArray();
        Settings settings =
                registry(Map.of(), limits, snapshot(SnapshotChunk.newBuilder().addCards(card("a"))));
        Endpoint endpoint = new Endpoint(new Telemetry("test", "", null), settings, "", "", false, Limits.NONE);
        RegistryClient registry = new RegistryClient(settings.registry(), endpoint);
        closing(registry::close);
        Directory directory = new Directory(
                "default",
                registry,
                found -> {
                    throw new StackOverflowError();
                },
                to -> {});
        closing(directory::close);
        directory.ready(Duration.ofSeconds(5));
        assertEquals(1, directory.agents().size());
    }
}
