package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import io.botmesh.v1.CancelRequest;
import io.botmesh.v1.DelegateRequest;
import io.botmesh.v1.DelegateResponse;
import io.botmesh.v1.DelegateStreamRequest;
import io.botmesh.v1.GetStatsResponse;
import io.botmesh.v1.NotifyRequest;
import io.botmesh.v1.Part;
import io.botmesh.v1.TransferOffer;
import io.botmesh.v1.TransferRequest;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The callee against faulty callers: invalid fields and garbage. */
@Timeout(60)
class AgentServiceBindingTest extends EchoServer {
    private static final String LONG = "x".repeat(5_000);

    private BotmeshException refusal(String method, byte[] request) {
        return assertThrows(BotmeshException.class, () -> call(method, request), method);
    }

    private void refused(String field, String method, Message request) {
        refused(field, method, request.toByteArray());
    }

    private void refused(String field, String method, byte[] request) {
        BotmeshException error = refusal(method, request);
        assertEquals(Status.Code.INVALID_ARGUMENT, error.code(), error.getMessage());
        assertEquals(Reason.INVALID_FIELD, error.reason());
        assertEquals(field, error.metadata().get("field"), error.getMessage());
        assertEquals("one", error.agent());
        assertFalse(error.started());
        assertTrue(error.fromPeer());
        assertServes();
    }

    private static io.botmesh.v1.Message.Builder message() {
        return io.botmesh.v1.Message.newBuilder().setMessageId(Names.newId());
    }

    private static DelegateRequest delegation(io.botmesh.v1.Message.Builder message) {
        return DelegateRequest.newBuilder().setMessage(message).build();
    }

    @Test
    void anInvalidFieldIsRefusedWithItsPath() {
        Timestamp late = Timestamp.newBuilder().setSeconds(253_402_300_799L).build();
        Timestamp nanos = Timestamp.newBuilder().setNanos(1_000_000_000).build();
        Value nan = Value.newBuilder().setNumberValue(Double.NaN).build();
        refused("message.timestamp", "Delegate", delegation(message().setTimestamp(late)));
        refused("message.timestamp", "Delegate", delegation(message().setTimestamp(nanos)));
        refused("message.message_type", "Delegate", delegation(message().setMessageTypeValue(99)));
        refused(
                "message.context",
                "Delegate",
                delegation(message().setContext(Struct.newBuilder().putFields("a", nan))));
        refused(
                "message.payload[0].data",
                "Delegate",
                delegation(message().addPayload(Part.newBuilder().setData(nan))));
        refused("message.message_id", "Delegate", delegation(message().setMessageId(LONG)));
        refused(
                "message.message_type",
                "Notify",
                NotifyRequest.newBuilder()
                        .setMessage(message().setMessageTypeValue(99))
                        .build());
        refused(
                "offer.expires_at",
                "Transfer",
                TransferRequest.newBuilder()
                        .setMessage(message())
                        .setOffer(TransferOffer.newBuilder().setTransferId("t").setExpiresAt(late))
                        .build());
        refused(
                "offer.mode",
                "Transfer",
                TransferRequest.newBuilder()
                        .setOffer(TransferOffer.newBuilder().setTransferId("t").setModeValue(99))
                        .build());
        refused(
                "after_sequence",
                "DelegateStream",
                DelegateStreamRequest.newBuilder()
                        .setMessage(message())
                        .setAfterSequence(-1) // 2^64 - 1
                        .build());
        refused(
                "reason",
                "Cancel",
                CancelRequest.newBuilder().setMessageId("m").setReason(LONG).build());
    }

    @Test
    void nestingIsRefusedByTheCheckOrByTheParser() throws Exception {
        call("Delegate", RawMessages.nested(32));
        refused("message.payload[0].data", "Delegate", RawMessages.nested(33));
        refused("message.payload[0].data", "DelegateStream", RawMessages.nested(33));
        for (int arrays : new int[] {49, 50, 2_000, 5_000}) {
            refused("request", "Delegate", RawMessages.nested(arrays));
            refused("request", "DelegateStream", RawMessages.nested(arrays));
            refused("request", "Transfer", RawMessages.nested(arrays));
            refused("request", "Notify", RawMessages.nested(arrays));
        }
    }

    @Test
    void aOneofOfALaterVersionIsIgnored() throws Exception {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        Part part = Part.newBuilder().setUnknownFields(later).build();
        DelegateRequest request = delegation(message().addPayload(part)).toBuilder()
                .setUnknownFields(later)
                .build();
        DelegateResponse response = DelegateResponse.parseFrom(call("Delegate", request.toByteArray()));
        assertEquals(1, response.getReply().getMessage().getPayloadCount());
    }

    @Test
    void aStreamAfterTheLargestSequenceNumberIsTheReply() throws Exception {
        DelegateStreamRequest request = DelegateStreamRequest.newBuilder()
                .setMessage(message().addPayload(Content.text("hi")))
                .setAfterSequence(Long.MAX_VALUE)
                .build();
        assertTrue(io.botmesh.v1.DelegateStreamResponse.parseFrom(call("DelegateStream", request.toByteArray()))
                .hasReply());
    }

    /** Random bytes, and requests with some bytes changed: each gets a response, and never INTERNAL. */
    @Test
    void garbageGetsATypedError() throws Exception {
        Random random = new Random(7);
        byte[] good = DelegateStreamRequest.newBuilder()
                .setMessage(message()
                        .addPayload(Content.text("hello"))
                        .addPayload(Content.data(Map.of("a", List.of(1, 2))))
                        .setTimestamp(Timestamp.newBuilder().setSeconds(1)))
                .setAfterSequence(3)
                .build()
                .toByteArray();
        for (String method :
                List.of("Delegate", "DelegateStream", "Notify", "Transfer", "Cancel", "GetCard", "GetStats")) {
            for (int times = 0; times < 60; times++) {
                byte[] bytes = times % 2 == 0 ? good.clone() : new byte[random.nextInt(200)];
                if (times % 2 == 1) {
                    random.nextBytes(bytes);
                }
                for (int change = 0; change < 4 && bytes.length > 0; change++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                try {
                    call(method, bytes);
                } catch (BotmeshException e) {
                    assertFalse(
                            List.of(Status.Code.UNKNOWN, Status.Code.INTERNAL, Status.Code.UNAVAILABLE)
                                    .contains(e.code()),
                            method + ": " + e.code() + " " + e.getMessage());
                    assertFalse(e.reason() == Reason.UNSPECIFIED, e.getMessage());
                }
            }
        }
        assertServes();
    }

    @Test
    void anUnparsableRequestIsCountedAsARefusal() throws Exception {
        refused("request", "Delegate", new byte[] {1, 2, 3});
        GetStatsResponse stats = GetStatsResponse.parseFrom(call("GetStats", new byte[0]));
        assertEquals(1, stats.getRefusalsOrThrow("INVALID_FIELD"));
    }
}
