package io.botmesh;

import io.botmesh.v1.Part;
import io.botmesh.v1.Reply;
import java.util.ArrayList;
import java.util.List;

/** Joins the pieces of a streamed reply. */
final class Pieces {
    private final List<Part> parts = new ArrayList<>();
    /** The text of the last part, once a piece was appended to it; else null. */
    private StringBuilder text;

    void add(Part part, boolean append) {
        int last = parts.size() - 1;
        if (append && last >= 0 && parts.get(last).hasText()) {
            if (text == null) {
                text = new StringBuilder(parts.get(last).getText());
            }
            text.append(part.getText());
        } else {
            complete();
            parts.add(part);
        }
    }

    /** Discards all pieces. */
    void reset() {
        parts.clear();
        text = null;
    }

    /** Returns the reply with the pieces before its own parts. */
    Reply whole(Reply reply) {
        if (parts.isEmpty()) {
            return reply;
        }
        complete();
        Reply.Builder builder = reply.toBuilder();
        builder.getMessageBuilder()
                .clearPayload()
                .addAllPayload(parts)
                .addAllPayload(reply.getMessage().getPayloadList());
        return builder.build();
    }

    /** Stores the appended text in the last part: once per part, because a copy for each piece would be quadratic. */
    private void complete() {
        if (text != null) {
            int last = parts.size() - 1;
            parts.set(last, parts.get(last).toBuilder().setText(text.toString()).build());
            text = null;
        }
    }
}
