package io.botmesh;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A gRPC channel without TLS to one address. Its calls take and return bytes. */
final class Connection {
    private final ManagedChannel channel;

    /** Throws UNREACHABLE if `address` is not host and port. */
    Connection(String address) {
        try {
            channel = channel(address);
        } catch (IllegalArgumentException e) {
            throw new BotmeshException(
                    Reason.UNREACHABLE,
                    "'" + Names.shown(address) + "' is no address: IP and port",
                    Map.of("address", Names.shown(address)));
        }
    }

    private static ManagedChannel channel(String address) {
        return NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .proxyDetector(target -> null) // instances are dialled directly; proxy variables do not apply
                .disableRetry() // the mesh retries itself: only it knows what is safe to repeat
                .maxInboundMessageSize(Limits.TRANSPORT_BYTES)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .build();
    }

    ManagedChannel channel() {
        return channel;
    }

    /** Connects. Returns false if there is no connection within the timeout. */
    boolean connect(Duration timeout) throws InterruptedException {
        long until = System.nanoTime() + timeout.toNanos();
        channel.resetConnectBackoff(); // the caller decides how often to try
        boolean tried = false;
        while (true) {
            ConnectivityState state = channel.getState(true);
            if (state == ConnectivityState.READY) {
                return true;
            }
            tried |= state == ConnectivityState.CONNECTING;
            long left = until - System.nanoTime();
            boolean isFailed = state == ConnectivityState.TRANSIENT_FAILURE && tried;
            if (state == ConnectivityState.SHUTDOWN || isFailed || left <= 0) {
                return false;
            }
            CountDownLatch changed = new CountDownLatch(1);
            channel.notifyWhenStateChanged(state, changed::countDown);
            // The channel may go from an old failure through a new attempt to the next failure unseen: poll.
            long wait = state == ConnectivityState.TRANSIENT_FAILURE ? Math.min(left, 50_000_000) : left;
            if (!changed.await(wait, TimeUnit.NANOSECONDS)) {
                tried |= state == ConnectivityState.TRANSIENT_FAILURE;
            }
        }
    }

    /** Starts a unary call. Cancelling the future cancels the call. */
    CompletableFuture<byte[]> unary(String method, byte[] request, Metadata metadata, Duration timeout) {
        ClientCall<byte[], byte[]> call = channel.newCall(Wire.method(method, false, null), options(timeout));
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        answer.whenComplete((bytes, error) -> {
            if (answer.isCancelled()) {
                call.cancel("the caller gave up", null);
            }
        });
        call.start(
                new ClientCall.Listener<>() {
                    private byte[] response;

                    @Override
                    public void onMessage(byte[] message) {
                        response = message;
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        if (status.isOk()) {
                            answer.complete(response == null ? new byte[0] : response);
                        } else {
                            answer.completeExceptionally(new StatusRuntimeException(status, trailers));
                        }
                    }
                },
                metadata);
        call.sendMessage(request);
        call.halfClose();
        call.request(2);
        return answer;
    }

    /** Starts a call that streams its responses. */
    Responses responses(String method, byte[] request, Metadata metadata, Duration timeout) {
        Responses responses = new Responses(channel.newCall(Wire.method(method, true, null), options(timeout)));
        responses.start(request, metadata);
        return responses;
    }

    /** Calls a control method of a service, inside the policies for control methods: fields, deadline, size, errors. */
    <T extends Message> T control(
            Endpoint endpoint, String method, Message request, Parser<T> parser, Duration timeout, Metadata metadata) {
        Call call = new Call(endpoint, method, true);
        byte[] bytes = request.toByteArray();
        Duration max = call.limits.maxTimeout();
        call.timeout = Limits.min(timeout, max);
        call.requestSize = bytes.length;
        call.request = request;
        int passed = Policies.start(call);
        try {
            byte[] response = await(unary(method, bytes, metadata, call.remaining()));
            Policies.received(call, response.length);
            T answer = read(call, parser, response, "the answer of " + method);
            Policies.succeed(call, passed);
            return answer;
        } catch (InterruptedException | RuntimeException e) {
            throw Policies.fail(call, passed, e);
        }
    }

    /** Parses and checks a response; throws INVALID_FIELD if it cannot be parsed or a field is not allowed. */
    static <T extends Message> T read(Call call, Parser<T> parser, byte[] response, String what) {
        try {
            T answer = Fields.parse(parser, response, "response", what);
            Policies.read(call, answer);
            return answer;
        } catch (BotmeshException e) {
            throw e.started(true); // the peer has served the call
        }
    }

    /** Waits for a response. Interrupting this thread cancels the call. */
    static byte[] await(CompletableFuture<byte[]> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        }
    }

    private static CallOptions options(Duration timeout) {
        return CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    void close() {
        channel.shutdownNow();
    }

    /** The responses of one streaming call. */
    static final class Responses {
        private static final Object END = new Object();
        private final ClientCall<byte[], byte[]> call;
        private final LinkedBlockingQueue<Object> arrived = new LinkedBlockingQueue<>();

        Responses(ClientCall<byte[], byte[]> call) {
            this.call = call;
        }

        private void start(byte[] request, Metadata metadata) {
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onMessage(byte[] message) {
                            arrived.add(message);
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            arrived.add(status.isOk() ? END : new StatusRuntimeException(status, trailers));
                        }
                    },
                    metadata);
            call.sendMessage(request);
            call.halfClose();
            call.request(1);
        }

        /** Returns the next response, null at the end; throws STREAM_IDLE if none arrives within `idle`. */
        byte[] next(Duration idle) throws InterruptedException {
            Object item = arrived.poll(idle.toNanos(), TimeUnit.NANOSECONDS);
            if (item == null) {
                throw WorkStream.idleError(idle);
            }
            if (item instanceof StatusRuntimeException error) {
                throw error;
            }
            if (item == END) {
                return null;
            }
            call.request(1);
            return (byte[]) item;
        }

        void cancel() {
            call.cancel("the caller gave up", null);
        }
    }
}
