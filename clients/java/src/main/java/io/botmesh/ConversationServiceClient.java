package io.botmesh;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/** Calls ConversationService for one task: within the task's deadline and as a part of its trace. */
final class ConversationServiceClient {
    /** The pause before the first retry. Each further pause is four times as long. */
    private static final long MIN_PAUSE_MILLIS = 100;
    /** The longest pause before a retry. */
    private static final long MAX_PAUSE_MILLIS = 1_000;

    private final Call task;
    private final Connection connection;
    private final Supplier<Duration> remaining;

    /** `task` is the call that the task came with, `remaining` returns the time until the task's deadline. */
    ConversationServiceClient(Call task, Connection connection, Supplier<Duration> remaining) {
        this.task = task;
        this.connection = connection;
        this.remaining = remaining;
    }

    /** Calls a method once. Throws NOT_SUPPORTED if no ConversationService answers at the address. */
    <T extends Message> T call(String method, Message request, Parser<T> parser) {
        try {
            return connection.control(
                    task.endpoint,
                    "botmesh.v1.ConversationService/" + method,
                    request,
                    parser,
                    remaining.get(),
                    TracePolicy.injectSpan(task, new Metadata()));
        } catch (BotmeshException e) {
            if (e.reason() == Reason.UNSPECIFIED && e.code() == Status.Code.UNIMPLEMENTED) {
                throw new BotmeshException(
                        Reason.NOT_SUPPORTED,
                        "conversations need a mesh with services: start `botmesh up`",
                        Map.of("method", "conversations"));
            }
            throw e;
        }
    }

    /** Calls a method that may be repeated with the same request. Retries while the service is UNAVAILABLE. */
    <T extends Message> T callIdempotent(String method, Message request, Parser<T> parser) {
        long pause = MIN_PAUSE_MILLIS;
        for (int retries = 0; ; retries++) {
            try {
                return call(method, request, parser);
            } catch (BotmeshException e) {
                boolean isLast = retries == task.limits.maxRetries()
                        || pause >= remaining.get().toMillis();
                if (e.code() != Status.Code.UNAVAILABLE || isLast) {
                    throw e;
                }
            }
            pause(pause);
            connection.channel().resetConnectBackoff(); // the pause replaces gRPC's
            pause = Math.min(MAX_PAUSE_MILLIS, pause * 4);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw Statuses.asError(e);
        }
    }
}
