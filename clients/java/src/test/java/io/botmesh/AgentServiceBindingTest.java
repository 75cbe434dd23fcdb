package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
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
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The callee against faulty and hostile callers: invalid fields, garbage, endless and aborted calls. */
@Timeout(60)
class AgentServiceBindingTest {
    private static final String LONG = "x".repeat(5_000);

    private Serving serving;
    private Connection connection;

    @BeforeEach
    void serve() {
        Settings settings = Settings.load(Map.of("BOTMESH_REGISTRY", "127.0.0.1:1", "BOTMESH_BIND", "127.0.0.1:0"));
        serving = Agent.named("one")
                .settings(settings)
                .onDelegate(task -> Reply.of(task.parts()))
                .start();
        connection = new Connection(serving.address());
    }

    @AfterEach
    void stop() {
        connection.close();
        serving.stop(Duration.ZERO);
    }

    private BotmeshException refusal(String method, byte[] request) {
        return assertThrows(BotmeshException.class, () -> call(method, request), method);
    }

    private byte[] call(String method, byte[] request) throws InterruptedException {
        try {
            Duration timeout = Duration.ofSeconds(10);
            if (!method.equals("DelegateStream")) {
                return Connection.await(connection.unary(Call.SERVICE + method, request, new Metadata(), timeout));
            }
            return connection
                    .responses(Call.SERVICE + method, request, new Metadata(), timeout)
                    .next(timeout);
        } catch (StatusRuntimeException e) {
            throw Statuses.asError(e);
        }
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

    private void assertServes() {
        DelegateRequest hello = DelegateRequest.newBuilder()
                .setMessage(io.botmesh.v1.Message.newBuilder().addPayload(Content.text("hello")))
                .build();
        try {
            DelegateResponse response = DelegateResponse.parseFrom(call("Delegate", hello.toByteArray()));
            assertEquals("hello", response.getReply().getMessage().getPayload(0).getText());
        } catch (InterruptedException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static io.botmesh.v1.Message.Builder message() {
        return io.botmesh.v1.Message.newBuilder().setMessageId(Names.newId());
    }

    private static DelegateRequest delegation(io.botmesh.v1.Message.Builder message) {
        return DelegateRequest.newBuilder().setMessage(message).build();
    }

    /** A request with this many nested arrays in its payload. Built as bytes, because builders cannot nest so deep. */
    static byte[] nested(int arrays) {
        ByteString value = Value.newBuilder().setBoolValue(true).build().toByteString();
        for (int depth = 0; depth < arrays; depth++) {
            value = field(6, field(1, value)); // Value.list_value, ListValue.values
        }
        return field(1, field(4, field(4, value))).toByteArray(); // message, payload, data
    }

    static ByteString field(int number, ByteString content) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeBytes(number, content);
            out.flush();
            return ByteString.copyFrom(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFieldThatNobodyCouldStoreIsRefusedByName() {
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
    void nestingIsRefusedWhereverTheParserStops() throws Exception {
        call("Delegate", nested(32));
        refused("message.payload[0].data", "Delegate", nested(33));
        refused("message.payload[0].data", "DelegateStream", nested(33));
        for (int arrays : new int[] {49, 50, 2_000, 5_000}) {
            refused("request", "Delegate", nested(arrays));
            refused("request", "DelegateStream", nested(arrays));
            refused("request", "Transfer", nested(arrays));
            refused("request", "Notify", nested(arrays));
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
    void anAnswerFromTheLastNumberOnIsTheReply() throws Exception {
        DelegateStreamRequest request = DelegateStreamRequest.newBuilder()
                .setMessage(message().addPayload(Content.text("hi")))
                .setAfterSequence(Long.MAX_VALUE)
                .build();
        assertTrue(io.botmesh.v1.DelegateStreamResponse.parseFrom(call("DelegateStream", request.toByteArray()))
                .hasReply());
    }

    /** Random bytes, and requests with some bytes changed: each gets a response, and never INTERNAL. */
    @Test
    void garbageIsAnsweredAndTyped() throws Exception {
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
    void whatCannotBeReadIsCountedAsARefusal() throws Exception {
        refused("request", "Delegate", new byte[] {1, 2, 3});
        GetStatsResponse stats = GetStatsResponse.parseFrom(call("GetStats", new byte[0]));
        assertEquals(1, stats.getRefusalsOrThrow("INVALID_FIELD"));
    }

    @Test
    void aCallThatNeverSendsItsRequestEnds() throws Exception {
        AgentServiceBinding edge = new AgentServiceBinding(endpoint(), null, Duration.ofMillis(200));
        var server = io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder.forAddress(
                        new java.net.InetSocketAddress("127.0.0.1", 0))
                .addService(edge.definition())
                .build()
                .start();
        try (RawHttp2 raw = new RawHttp2("127.0.0.1:" + server.getPort())) {
            raw.begin(1, Call.SERVICE + "Delegate");
            BotmeshException error = RawHttp2.error(raw.trailers(1));
            assertEquals(Reason.DEADLINE_EXPIRED, error.reason());
            assertEquals("request", error.metadata().get("field"));
            assertFalse(error.started());
        }
        server.shutdownNow();
    }

    private static Endpoint endpoint() {
        return new Endpoint(new Telemetry("test", "", null), Settings.load(Map.of()), "b", "i", false, Limits.NONE);
    }

    @Test
    void metadataThatIsNoAsciiIsRefusedWithItsKey() throws Exception {
        for (String key :
                List.of("botmesh-path", "botmesh-correlation", "botmesh-account", "botmesh-to", "botmesh-x")) {
            try (RawHttp2 raw = new RawHttp2(serving.address())) {
                raw.post(1, Call.SERVICE + "Delegate", Map.of(key, new byte[] {'a', (byte) 0xe9}), new byte[0]);
                Map<String, String> trailers = raw.trailers(1);
                assertEquals("3", trailers.get("grpc-status"), trailers.toString());
                BotmeshException error = RawHttp2.error(trailers);
                assertEquals(Reason.INVALID_FIELD, error.reason());
                assertEquals(key, error.metadata().get("field"));
                assertFalse(error.started());
                // the connection stays usable
                raw.post(3, Call.SERVICE + "Delegate", Map.of(), new byte[0]);
                assertEquals("0", raw.trailers(3).get("grpc-status"));
            }
        }
    }

    @Test
    void aConnectionThatTakesBackCallAfterCallIsClosed() throws Exception {
        try (RawHttp2 raw = new RawHttp2(serving.address())) {
            List<Integer> streams = new ArrayList<>();
            for (int number = 0; number < 1_100; number++) {
                streams.add(1 + 2 * number);
            }
            assertTrue(raw.resetAll(streams, Call.SERVICE + "Delegate"), "the connection was left open");
        }
        assertServes();
    }

    @Test
    void theServicesOfGrpcItselfRefuseGarbageAsWell() throws Exception {
        connection
                .unary("grpc.health.v1.Health/Check", new byte[0], new Metadata(), Duration.ofSeconds(10))
                .get(10, TimeUnit.SECONDS); // the service still answers
        for (String method : List.of(
                "grpc.health.v1.Health/Check",
                "grpc.health.v1.Health/Watch",
                "grpc.reflection.v1.ServerReflection/ServerReflectionInfo")) {
            for (int times = 0; times < 20; times++) {
                var answer = connection.unary(method, new byte[] {10, 127, 3}, new Metadata(), Duration.ofSeconds(10));
                StatusRuntimeException error =
                        assertThrows(StatusRuntimeException.class, () -> Connection.await(answer));
                assertEquals(Reason.INVALID_FIELD, Statuses.asError(error).reason());
            }
        }
        assertServes();
    }

    @Test
    void aConnectionThatNeverSpeaksIsClosed() throws Exception {
        int port =
                Integer.parseInt(serving.address().substring(serving.address().lastIndexOf(':') + 1));
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getInputStream().readAllBytes(); // until the server closes it
        }
        assertServes();
    }

    @Test
    void aConnectionHasAThousandCallsAtOnce() throws Exception {
        try (RawHttp2 raw = new RawHttp2(serving.address())) {
            assertEquals(1_000, raw.maxConcurrentStreams());
        }
    }
}
