package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Value;
import io.botmesh.v1.AgentCard;
import io.botmesh.v1.AgentChanges;
import io.botmesh.v1.CancelResponse;
import io.botmesh.v1.DelegateResponse;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.HeartbeatResponse;
import io.botmesh.v1.Instance;
import io.botmesh.v1.Lease;
import io.botmesh.v1.Load;
import io.botmesh.v1.NotifyResponse;
import io.botmesh.v1.Part;
import io.botmesh.v1.PartialReply;
import io.botmesh.v1.ProbeState;
import io.botmesh.v1.Progress;
import io.botmesh.v1.Readiness;
import io.botmesh.v1.RegisterResponse;
import io.botmesh.v1.Reset;
import io.botmesh.v1.SnapshotChunk;
import io.botmesh.v1.Usage;
import io.botmesh.v1.WatchAgentsResponse;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The caller against faulty agents and registries: unparsable, invalid and endless responses. */
@Timeout(60)
class AgentClientTest {
    private static final byte[] GARBAGE = {10, 127, 3};
    private static final String LONG = "x".repeat(5_000);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicInteger delegations = new AtomicInteger();
    private final CountDownLatch cancelled = new CountDownLatch(1);

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T closing(T one) {
        open.add(0, one);
        return one;
    }

    /** An agent with this answer to one method; `cancelled` opens when it gets a Cancel. */
    private Instance agent(String method, RawServer.Answer answer) {
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

    private static Instance instance(String agent, String address) {
        return Instance.newBuilder()
                .setInstanceId(Names.newId())
                .setAccountId("default")
                .setAgent(agent)
                .setAddress(address)
                .setReadiness(Readiness.READINESS_READY)
                .build();
    }

    private static AgentCard card(String name) {
        return AgentCard.newBuilder().setAccountId("default").setName(name).build();
    }

    private static byte[] snapshot(SnapshotChunk.Builder chunk) {
        return WatchAgentsResponse.newBuilder()
                .setSnapshot(chunk.setComplete(true))
                .build()
                .toByteArray();
    }

    /** A registry that sends these responses to its watchers. */
    private Settings registry(Map<String, String> environment, byte[]... responses) {
        RawServer server = closing(new RawServer(Map.of("botmesh.v1.RegistryService/WatchAgents", given -> {
            for (byte[] response : responses) {
                given.send(response);
            }
        })));
        Map<String, String> all = new HashMap<>(environment);
        all.put("BOTMESH_REGISTRY", server.address());
        return Settings.load(all);
    }

    private Mesh mesh(Settings settings) {
        return closing(Mesh.connect("test", settings, OpenTelemetry.noop()));
    }

    private Mesh mesh(Instance worker) {
        return mesh(registry(
                Map.of(),
                snapshot(SnapshotChunk.newBuilder().addCards(card("worker")).addInstances(worker))));
    }

    private static byte[] reply(io.botmesh.v1.Reply.Builder reply) {
        return DelegateResponse.newBuilder().setReply(reply).build().toByteArray();
    }

    private static io.botmesh.v1.Reply.Builder holding(Part.Builder part) {
        return io.botmesh.v1.Reply.newBuilder()
                .setMessage(io.botmesh.v1.Message.newBuilder().addPayload(part));
    }

    private static byte[] event(DelegateStreamResponse.Builder event, int number) {
        return event.setSequence(number).build().toByteArray();
    }

    private static DelegateStreamResponse.Builder piece(String text) {
        return DelegateStreamResponse.newBuilder()
                .setPartial(PartialReply.newBuilder().setPart(Content.text(text)));
    }

    private void unusable(String field, byte[] response) {
        BotmeshException error =
                assertThrows(BotmeshException.class, () -> mesh(agent("Delegate", given -> given.end(response)))
                        .delegate("worker", "go"));
        unusable(field, error);
    }

    private void unusable(String field, BotmeshException error) {
        assertEquals(Reason.INVALID_FIELD, error.reason(), error.getMessage());
        assertEquals(Status.Code.INVALID_ARGUMENT, error.code());
        assertEquals(field, error.metadata().get("field"), error.getMessage());
        assertTrue(error.started());
        assertFalse(error.fromPeer());
        assertEquals(1, delegations.getAndSet(0), "it was tried again");
    }

    @Test
    void aReplyThatNobodyCouldKeepIsRefusedByName() {
        unusable(
                "reply.message.payload[0].data", reply(holding(Part.newBuilder().setData(FieldsTest.arrays(33)))));
        unusable(
                "reply.message.payload[0].data",
                reply(holding(Part.newBuilder().setData(Value.newBuilder().setNumberValue(Double.NaN)))));
        unusable("reply.task_state", reply(io.botmesh.v1.Reply.newBuilder().setTaskStateValue(99)));
        unusable("reply.confidence", reply(io.botmesh.v1.Reply.newBuilder().setConfidence(Double.NaN)));
        unusable("reply.confidence", reply(io.botmesh.v1.Reply.newBuilder().setConfidence(5)));
        unusable(
                "reply.usage.cost_micros",
                reply(io.botmesh.v1.Reply.newBuilder()
                        .setUsage(Usage.newBuilder().setCostMicros(-1))));
        unusable("reply.instance_id", reply(io.botmesh.v1.Reply.newBuilder().setInstanceId(LONG)));
    }

    @Test
    void aReplyThatNoParserTakesIsRefusedAsSuch() {
        byte[] nested = AgentServiceBindingTest.field(1, ByteString.copyFrom(AgentServiceBindingTest.nested(2_000)))
                .toByteArray();
        unusable("response", nested);
        unusable("response", GARBAGE);
    }

    @Test
    void aReceiptIsLookedAtAsWell() {
        byte[] response = NotifyResponse.newBuilder()
                .setAck(io.botmesh.v1.Message.newBuilder().setMessageTypeValue(99))
                .build()
                .toByteArray();
        Mesh mesh = mesh(agent("Notify", given -> given.end(response)));
        unusable(
                "ack.message_type",
                assertThrows(BotmeshException.class, () -> mesh.send("worker", "go", Options.NONE)));
    }

    private BotmeshException broken(byte[] bad, Map<String, String> environment) throws InterruptedException {
        Instance worker = agent("DelegateStream", given -> {
            given.send(event(piece("a"), 1));
            given.send(bad); // and nothing after it: the caller must not wait
        });
        Mesh mesh = mesh(registry(
                environment,
                snapshot(SnapshotChunk.newBuilder().addCards(card("worker")).addInstances(worker))));
        BotmeshException error =
                assertThrows(BotmeshException.class, () -> mesh.stream("worker", "go", Options.NONE, event -> true));
        assertTrue(cancelled.await(5, TimeUnit.SECONDS), "the callee was not told");
        return error;
    }

    @Test
    void aStreamWithAnEventThatNobodyCouldKeepIsBrokenOff() throws Exception {
        DelegateStreamResponse.Builder deep = DelegateStreamResponse.newBuilder()
                .setPartial(PartialReply.newBuilder().setPart(Part.newBuilder().setData(FieldsTest.objects(22))));
        unusable("partial.part.data", broken(event(deep, 2), Map.of()));
    }

    @Test
    void soIsOneWithAnEventThatNoParserTakes() throws Exception {
        unusable("response", broken(GARBAGE, Map.of()));
    }

    @Test
    void aStreamThatPassesItsLimitAsAWholeIsBrokenOff() throws Exception {
        BotmeshException error = broken(event(piece("x".repeat(1_000)), 2), Map.of("BOTMESH_MAX_REPLY_BYTES", "1000"));
        assertEquals(Reason.MESSAGE_TOO_LARGE, error.reason());
        assertEquals("reply", error.metadata().get("direction"));
        assertEquals("1000", error.metadata().get("limit"));
        assertTrue(Integer.parseInt(error.metadata().get("size")) > 1_000);
        assertFalse(error.fromPeer());
        assertEquals(1, delegations.get());
    }

    @Test
    void aResetDoesNotSetTheCountBackAndProgressIsNotCounted() throws Exception {
        String half = "x".repeat(500);
        Instance worker = agent("DelegateStream", given -> {
            given.send(event(piece(half), 1));
            given.send(event(
                    DelegateStreamResponse.newBuilder()
                            .setReset(Reset.newBuilder().setReason("again")),
                    2));
            for (int number = 3; number < 50; number++) {
                Progress progress = Progress.newBuilder().setText(half).build();
                given.send(event(DelegateStreamResponse.newBuilder().setProgress(progress), number));
            }
            given.send(event(piece(half), 50));
        });
        Mesh mesh = mesh(registry(
                Map.of("BOTMESH_MAX_REPLY_BYTES", "1000"),
                snapshot(SnapshotChunk.newBuilder().addCards(card("worker")).addInstances(worker))));
        int[] seen = new int[1];
        BotmeshException error = assertThrows(
                BotmeshException.class, () -> mesh.stream("worker", "go", Options.NONE, event -> ++seen[0] > 0));
        assertEquals(Reason.MESSAGE_TOO_LARGE, error.reason());
        assertEquals(49, seen[0]);
    }

    @Test
    void anEventOfALaterVersionIsIgnored() {
        Instance worker = agent("DelegateStream", given -> {
            given.send(event(piece("a"), 1));
            given.send(AgentServiceBindingTest.field(99, ByteString.copyFromUtf8("later"))
                    .toByteArray());
            given.end(event(
                    DelegateStreamResponse.newBuilder()
                            .setReply(holding(Part.newBuilder().setText("b"))),
                    3));
        });
        Optional<Reply> reply = mesh(worker).stream("worker", "go", Options.NONE, event -> true);
        assertEquals("a\nb", reply.orElseThrow().text());
    }

    @Test
    void manySmallPiecesAreJoinedInNoTime() {
        Instance worker = agent("DelegateStream", given -> {
            DelegateStreamResponse.Builder more = DelegateStreamResponse.newBuilder()
                    .setPartial(PartialReply.newBuilder()
                            .setPart(Content.text("0123456789"))
                            .setAppend(true));
            for (int number = 1; number <= 100_000; number++) {
                given.send(event(more, number));
            }
            given.end(event(
                    DelegateStreamResponse.newBuilder().setReply(io.botmesh.v1.Reply.getDefaultInstance()), 100_001));
        });
        Optional<Reply> reply = mesh(worker).stream("worker", "go", Options.NONE, event -> true);
        assertEquals(1_000_000, reply.orElseThrow().text().length());
    }

    @Test
    void whatWouldBeRefusedThereNeverLeaves() {
        Mesh mesh = mesh(agent("Delegate", given -> given.end(GARBAGE)));
        Value deep = FieldsTest.arrays(33);
        for (Map.Entry<String, Options> wrong : Map.of(
                        "message.skill_id", Options.NONE.withSkill(LONG),
                        "message.context", Options.NONE.withContext(Map.of("a", Double.NaN)),
                        "message.payload[1].data",
                                Options.NONE.withParts(
                                        List.of(Part.newBuilder().setData(deep).build())))
                .entrySet()) {
            BotmeshException error =
                    assertThrows(BotmeshException.class, () -> mesh.delegate("worker", "go", wrong.getValue()));
            assertEquals(wrong.getKey(), error.metadata().get("field"));
            assertFalse(error.started());
            assertFalse(error.fromPeer());
        }
        assertEquals(0, delegations.get());
    }

    @Test
    void dataThatHoldsItselfIsRefused() {
        List<Object> round = new ArrayList<>();
        round.add(round);
        assertEquals(
                Reason.INVALID_FIELD,
                assertThrows(BotmeshException.class, () -> Content.data(round)).reason());
    }

    @Test
    void aCardThatNobodyCouldKeepIsLeftOutAndTheOthersAreTakenIn() {
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
    void aChangedCardThatNobodyCouldKeepLeavesTheOneBefore() throws Exception {
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
    void aTornSnapshotRemovesNothing() throws Exception {
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
    void whoWaitsForASnapshotThatCannotBeReadHearsThat() {
        Settings settings = registry(Map.of(), GARBAGE);
        BotmeshException error = assertThrows(BotmeshException.class, () -> mesh(settings));
        assertEquals(Reason.INVALID_FIELD, error.reason());
        assertEquals("response", error.metadata().get("field"));
        assertTrue(error.getMessage().contains("answers"), error.getMessage());
        assertFalse(error.getMessage().contains("no registry"), error.getMessage());
        assertFalse(error.started());
    }

    @Test
    void limitsThatAreNoneLeaveThoseBefore() {
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

    /** Registration survives every faulty response and completes in the end. */
    @Test
    void theThreadThatKeepsTheLeaseSurvivesWhatARegistrySays() throws Exception {
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
    void theThreadThatKeepsTheLeaseSurvivesWhatMakesItsHeartbeats() throws Exception {
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
    void onlyWhatBreaksTheMachineEndsAThread() {
        assertTrue(Threads.isFatal(new InternalError()));
        assertFalse(Threads.isFatal(new StackOverflowError()));
        assertFalse(Threads.isFatal(new OutOfMemoryError()));
        assertFalse(Threads.isFatal(new IllegalStateException()));
    }

    /** An exception of a listener is logged, and the next response is applied. */
    @Test
    void theWatchSurvivesWhatItsListenersThrow() throws Exception {
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
