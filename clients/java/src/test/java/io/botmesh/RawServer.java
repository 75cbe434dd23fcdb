package io.botmesh;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/** A server that answers with arbitrary bytes: a faulty registry or agent. */
final class RawServer implements AutoCloseable {
    /** One call: its request, and where to send responses. */
    record Given(byte[] request, ServerCall<byte[], byte[]> call) {
        /** Sends one message of a stream. */
        void send(byte[] response) {
            call.sendMessage(response);
        }

        /** Sends the last or only message and closes the call with OK. */
        void end(byte[] response) {
            call.sendMessage(response);
            call.close(Status.OK, new Metadata());
        }
    }

    /** Handles a request. A handler that sends nothing lets its caller wait. */
    interface Answer {
        void answer(Given given);
    }

    private final Map<String, Answer> answers;
    private final Server server;

    /** Serves methods by their full names, "botmesh.v1.AgentService/Delegate". */
    RawServer(Map<String, Answer> answers) {
        this.answers = answers;
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0));
        Map<String, ServerServiceDefinition.Builder> services = new HashMap<>();
        for (String method : answers.keySet()) {
            services.computeIfAbsent(method.substring(0, method.indexOf('/')), ServerServiceDefinition::builder)
                    .addMethod(Wire.method(method, true, null), (call, headers) -> listener(method, call));
        }
        services.values().forEach(service -> builder.addService(service.build()));
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ServerCall.Listener<byte[]> listener(String method, ServerCall<byte[], byte[]> call) {
        call.sendHeaders(new Metadata());
        call.request(1);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(byte[] request) {
                answers.get(method).answer(new Given(request, call));
                call.request(1);
            }
        };
    }

    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
