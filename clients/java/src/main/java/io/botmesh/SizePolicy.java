package io.botmesh;

import com.google.protobuf.Message;
import io.botmesh.v1.DelegateStreamResponse;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Refuses messages over max_message_bytes (serialized), sent or received, and streamed replies over max_reply_bytes.
 * The limit of the transport is higher, so that the refusal can be a typed error.
 */
final class SizePolicy implements Policy {
    @Override
    public Set<Call.Kind> appliesTo() {
        return EnumSet.allOf(Call.Kind.class);
    }

    @Override
    public void caller(Call call) {
        check(call, call.requestSize, true);
    }

    @Override
    public void callee(Call call) {
        check(call, call.requestSize, true);
    }

    @Override
    public void sending(Call call, int size) {
        check(call, size, call.atCaller);
    }

    @Override
    public void received(Call call, int size) {
        check(call, size, !call.atCaller);
    }

    /** Adds an event to the size of the streamed reply. Progress is not part of the reply. */
    @Override
    public void read(Call call, Message message) {
        if (call.atCaller && message instanceof DelegateStreamResponse event && !event.hasProgress()) {
            call.replyBytes += event.getSerializedSize();
            checkReply(call.replyBytes, call.limits.maxReplyBytes());
        }
    }

    /** Throws MESSAGE_TOO_LARGE if a streamed reply is over its limit. */
    static void checkReply(long size, long limit) {
        if (size > limit) {
            throw new BotmeshException(
                    Reason.MESSAGE_TOO_LARGE,
                    "the reply is " + size + " bytes and more as a whole, and the limit " + limit
                            + ": send less, or a URL",
                    Map.of("size", size, "limit", limit, "direction", "reply"));
        }
    }

    private static void check(Call call, int size, boolean isRequest) {
        long limit = call.limits.maxMessageBytes();
        if (size > limit) {
            String direction = isRequest ? "request" : "response";
            throw new BotmeshException(
                            Reason.MESSAGE_TOO_LARGE,
                            "the " + direction + " is " + size + " bytes and the limit " + limit
                                    + ": send less, a URL, or a stream of parts",
                            Map.of("size", size, "limit", limit, "direction", direction))
                    .started(!isRequest);
        }
    }
}
