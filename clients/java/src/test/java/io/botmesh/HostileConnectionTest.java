package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The callee against hostile connections: silent, endless and aborted calls. */
@Timeout(60)
class HostileConnectionTest extends EchoServer {
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
    void metadataThatIsNotAsciiIsRefusedWithItsKey() throws Exception {
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
    void aConnectionThatResetsManyCallsIsClosed() throws Exception {
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
    void theServicesOfGrpcRefuseGarbage() throws Exception {
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
    void aConnectionWithoutAHandshakeIsClosed() throws Exception {
        int port =
                Integer.parseInt(serving.address().substring(serving.address().lastIndexOf(':') + 1));
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getInputStream().readAllBytes(); // until the server closes it
        }
        assertServes();
    }

    @Test
    void aConnectionAllowsAThousandConcurrentCalls() throws Exception {
        try (RawHttp2 raw = new RawHttp2(serving.address())) {
            assertEquals(1_000, raw.maxConcurrentStreams());
        }
    }
}
