package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.botmesh.v1.DelegateRequest;
import io.botmesh.v1.DelegateResponse;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A fixture that serves an agent which returns the parts of its task. Stops it after each test. */
abstract class EchoServer {
    Serving serving;

    Connection connection;

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

    byte[] call(String method, byte[] request) throws InterruptedException {
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

    void assertServes() {
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
}
