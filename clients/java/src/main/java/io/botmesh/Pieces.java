package io.botmesh;

import io.botmesh.v1.Part;
import io.botmesh.v1.Reply;
import java.util.ArrayList;
import java.util.List;

/** Puts the pieces of a stream together. */
final class Pieces {
    private final List<Part> parts = new ArrayList<>();
    /** The text of the last part so far; null: nothing has continued it. */
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

    /** All before is void. */
    void reset() {
        parts.clear();
        text = null;
    }

    /** A reply with the pieces before its own parts. */
    Reply whole(Reply reply) {
        if (parts.isEmpty()) {
            return reply;
        }
        complete();
        Reply.Builder made = reply.toBuilder();
        made.getMessageBuilder()
                .clearPayload()
                .addAllPayload(parts)
                .addAllPayload(reply.getMessage().getPayloadList());
        return made.build();
    }

    /** Give the last part the text that has continued it: once, not with each piece. */
    private void complete() {
        if (text != null) {
            int last = parts.size() - 1;
            parts.set(last, parts.get(last).toBuilder().setText(text.toString()).build());
            text = null;
        }
    }
}
