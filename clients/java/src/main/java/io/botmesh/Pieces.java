package io.botmesh;

import io.botmesh.v1.Part;
import io.botmesh.v1.Reply;
import java.util.ArrayList;
import java.util.List;

/** Puts the pieces of a stream together. */
final class Pieces {
    private final List<Part> parts = new ArrayList<>();

    void add(Part part, boolean append) {
        int last = parts.size() - 1;
        if (append && last >= 0 && parts.get(last).hasText()) {
            Part before = parts.get(last);
            parts.set(
                    last,
                    before.toBuilder()
                            .setText(before.getText() + part.getText())
                            .build());
        } else {
            parts.add(part);
        }
    }

    /** All before is void. */
    void reset() {
        parts.clear();
    }

    /** A reply with the pieces before its own parts. */
    Reply whole(Reply reply) {
        if (parts.isEmpty()) {
            return reply;
        }
        Reply.Builder made = reply.toBuilder();
        made.getMessageBuilder()
                .clearPayload()
                .addAllPayload(parts)
                .addAllPayload(reply.getMessage().getPayloadList());
        return made.build();
    }
}
