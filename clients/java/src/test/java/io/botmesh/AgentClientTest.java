package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Value;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Instance;
import io.botmesh.v1.NotifyResponse;
import io.botmesh.v1.Part;
import io.botmesh.v1.PartialReply;
import io.botmesh.v1.Progress;
import io.botmesh.v1.Reset;
import io.botmesh.v1.SnapshotChunk;
import io.botmesh.v1.Usage;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The caller against faulty agents: unparsable, invalid and endless responses. */
@Timeout(60)
class AgentClientTest extends FaultyPeers {
    private static byte[] event(DelegateStreamResponse.Builder event, int number) {
        return event.setSequence(number).build().toByteArray();
    }

    private static DelegateStreamResponse.Builder piece(String text) {
        return DelegateStreamResponse.newBuilder()
                .setPartial(PartialReply.newBuilder().setPart(Content.text(text)));
    }

    private void assertInvalid(String field, byte[] response) {
        BotmeshException error =
                assertThrows(BotmeshException.class, () -> mesh(agent("Delegate", given -> given.end(response)))
                        .delegate("worker", "go"));
        assertInvalid(field, error);
    }

    private void assertInvalid(String field, BotmeshException error) {
        assertEquals(Reason.INVALID_FIELD, error.reason(), error.getMessage());
        assertEquals(Status.Code.INVALID_ARGUMENT, error.code());
        assertEquals(field, error.metadata().get("field"), error.getMessage());
        assertTrue(error.started());
        assertFalse(error.fromPeer());
        assertEquals(1, delegations.getAndSet(0), "it was tried again");
    }

    @Test
    void aReplyWithAnInvalidFieldIsRefused() {
        assertInvalid(
                "reply.message.payload[0].data", reply(holding(Part.newBuilder().setData(FieldsTest.arrays(33)))));
        assertInvalid(
                "reply.message.payload[0].data",
                reply(holding(Part.newBuilder().setData(Value.newBuilder().setNumberValue(Double.NaN)))));
        assertInvalid("reply.task_state", reply(io.botmesh.v1.Reply.newBuilder().setTaskStateValue(99)));
        assertInvalid("reply.confidence", reply(io.botmesh.v1.Reply.newBuilder().setConfidence(Double.NaN)));
        assertInvalid("reply.confidence", reply(io.botmesh.v1.Reply.newBuilder().setConfidence(5)));
        assertInvalid(
                "reply.usage.cost_micros",
                reply(io.botmesh.v1.Reply.newBuilder()
                        .setUsage(Usage.newBuilder().setCostMicros(-1))));
        assertInvalid(
                "reply.instance_id", reply(io.botmesh.v1.Reply.newBuilder().setInstanceId(LONG)));
    }

    @Test
    void anUnparsableReplyIsRefused() {
        byte[] nested = RawMessages.field(1, ByteString.copyFrom(RawMessages.nested(2_000)))
                .toByteArray();
        assertInvalid("response", nested);
        assertInvalid("response", GARBAGE);
    }

    @Test
    void anAckWithAnInvalidFieldIsRefused() {
        byte[] response = NotifyResponse.newBuilder()
                .setAck(io.botmesh.v1.Message.newBuilder().setMessageTypeValue(99))
                .build()
                .toByteArray();
        Mesh mesh = mesh(agent("Notify", given -> given.end(response)));
        assertInvalid(
                "ack.message_type",
                assertThrows(BotmeshException.class, () -> mesh.send("worker", "go", Options.NONE)));
    }

    private BotmeshException streamError(byte[] bad, Map<String, String> environment) throws InterruptedException {
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
    void aStreamWithAnInvalidEventIsCancelled() throws Exception {
        DelegateStreamResponse.Builder deep = DelegateStreamResponse.newBuilder()
                .setPartial(PartialReply.newBuilder().setPart(Part.newBuilder().setData(FieldsTest.objects(22))));
        assertInvalid("partial.part.data", streamError(event(deep, 2), Map.of()));
    }

    @Test
    void aStreamWithAnUnparsableEventIsCancelled() throws Exception {
        assertInvalid("response", streamError(GARBAGE, Map.of()));
    }

    @Test
    void aStreamOverTheReplyLimitIsCancelled() throws Exception {
        BotmeshException error =
                streamError(event(piece("x".repeat(1_000)), 2), Map.of("BOTMESH_MAX_REPLY_BYTES", "1000"));
        assertEquals(Reason.MESSAGE_TOO_LARGE, error.reason());
        assertEquals("reply", error.metadata().get("direction"));
        assertEquals("1000", error.metadata().get("limit"));
        assertTrue(Integer.parseInt(error.metadata().get("size")) > 1_000);
        assertFalse(error.fromPeer());
        assertEquals(1, delegations.get());
    }

    @Test
    void aResetDoesNotLowerTheReplySizeAndProgressIsNotCounted() throws Exception {
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
            given.send(RawMessages.field(99, ByteString.copyFromUtf8("later")).toByteArray());
            given.end(event(
                    DelegateStreamResponse.newBuilder()
                            .setReply(holding(Part.newBuilder().setText("b"))),
                    3));
        });
        Optional<Reply> reply = mesh(worker).stream("worker", "go", Options.NONE, event -> true);
        assertEquals("a\nb", reply.orElseThrow().text());
    }

    @Test
    void manySmallPiecesAreJoinedInLinearTime() {
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
    void anInvalidRequestIsNotSent() {
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
    void dataThatContainsItselfIsRefused() {
        List<Object> round = new ArrayList<>();
        round.add(round);
        assertEquals(
                Reason.INVALID_FIELD,
                assertThrows(BotmeshException.class, () -> Content.data(round)).reason());
    }
}
