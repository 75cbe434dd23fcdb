package io.botmesh;

import com.google.protobuf.Message;
import io.botmesh.v1.DelegateStreamResponse;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Nothing over the limit is sent, and nothing over the limit is read: serialized bytes of each message. The transport
 * takes more, so that the refusal can be typed.
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

    /** A stream is bounded as a whole as well: progress is no part of the reply. */
    @Override
    public void read(Call call, Message message) {
        if (call.atCaller && message instanceof DelegateStreamResponse event && !event.hasProgress()) {
            call.replyBytes += event.getSerializedSize();
            checkReply(call.replyBytes, call.limits.maxReplyBytes());
        }
    }

    /** Refuse a streamed reply that is over its limit as a whole. */
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
