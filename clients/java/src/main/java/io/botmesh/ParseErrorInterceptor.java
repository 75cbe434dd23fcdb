package io.botmesh;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;

/**
 * Refuses unparsable requests of gRPC's own services (health, reflection) with INVALID_FIELD. Without it the caller
 * gets UNKNOWN, and the log a stack trace for each request.
 */
final class ParseErrorInterceptor implements ServerInterceptor {
    private ParseErrorInterceptor() {}

    /** Wraps a service so that its requests are parsed inside the interceptor. */
    static ServerServiceDefinition around(ServerServiceDefinition service) {
        return ServerInterceptors.intercept(
                ServerInterceptors.useInputStreamMessages(service), new ParseErrorInterceptor());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean closed;

            @Override
            public void onMessage(Q message) {
                if (closed) {
                    return;
                }
                try {
                    super.onMessage(message);
                } catch (RuntimeException e) {
                    closed = true;
                    BotmeshException error = BotmeshException.invalid(
                            "request", "the request cannot be read: it is no message of this method");
                    call.close(Statuses.status(error), Statuses.trailers(error));
                }
            }

            @Override
            public void onHalfClose() {
                if (!closed) {
                    super.onHalfClose();
                }
            }
        };
    }
}
