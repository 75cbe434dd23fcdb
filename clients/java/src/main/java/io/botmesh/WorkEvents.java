package io.botmesh;

import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Reply;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/**
 * The events of one piece of work. Numbers them, enforces the limits of the reply, and keeps up to KEPT_EVENT_BYTES for
 * readers that attach again. Not thread-safe: WorkStream calls it under its own lock.
 */
final class WorkEvents {
    /** The memory in bytes of the events that are kept for a reader that attaches again. */
    static final int KEPT_EVENT_BYTES = 8 << 20;
    /** The largest number of pieces of a streamed reply, because a small piece takes far more memory than its size. */
    private static final int MAX_PIECES = 65_536;
    /** The approximate memory in bytes of an event, besides its contents. */
    private static final int EVENT_OVERHEAD = 128;

    private final long maxReplyBytes;
    /** The events by sequence number. Unread progress may be dropped, except for the newest. */
    private final TreeMap<Long, DelegateStreamResponse> events = new TreeMap<>();
    /** The sequence numbers of the progress events. */
    private final Deque<Long> progress = new ArrayDeque<>();
    /** The sequence number of the last event. */
    private long last;
    /** The sequence number of the last piece that was dropped. */
    private long dropped;
    /** The memory in bytes of the kept events. */
    private long bytes;
    /** The serialized size of all pieces and resets so far, dropped ones included; a reset does not lower it. */
    private long replyBytes;

    private int pieces;

    WorkEvents(long maxReplyBytes) {
        this.maxReplyBytes = maxReplyBytes;
    }

    /** Returns the sequence number of the last event; 0 if there is none. */
    long last() {
        return last;
    }

    /** Returns the approximate memory in bytes. */
    long bytes() {
        return bytes;
    }

    /**
     * Numbers and stores an event; throws MESSAGE_TOO_LARGE if the reply exceeds a limit with it.
     *
     * @param read the sequence number up to which events were read and may be dropped; 0 if none may
     */
    void add(DelegateStreamResponse.Builder event, long read) {
        DelegateStreamResponse numbered = event.setSequence(last + 1).build();
        if (!numbered.hasProgress()) {
            countPiece(numbered);
        }
        last++;
        events.put(last, numbered);
        bytes += EVENT_OVERHEAD + numbered.getSerializedSize();
        if (numbered.hasProgress()) {
            progress.add(last);
        }
        while (bytes > KEPT_EVENT_BYTES && dropOne(read)) {
            // dropOne does the work
        }
    }

    /** Returns the event of this number, or the next kept one. The number is at most that of the last event. */
    DelegateStreamResponse get(long number) {
        if (number <= dropped) {
            throw BotmeshException.of(
                    Reason.OUTCOME_UNKNOWN,
                    "the first events of this work are no longer kept: ask again as a new task");
        }
        return events.ceilingEntry(number).getValue(); // exists: the newest event is never dropped
    }

    /** Returns the event that ends the stream. */
    DelegateStreamResponse finalEvent(Reply reply) {
        return DelegateStreamResponse.newBuilder()
                .setSequence(last + 1)
                .setReply(reply)
                .build();
    }

    /** Throws MESSAGE_TOO_LARGE if the reply is over its limit together with the pieces before it. */
    void checkReply(Reply reply) {
        SizePolicy.checkReply(replyBytes + finalEvent(reply).getSerializedSize(), maxReplyBytes);
    }

    /** Returns the reply with the pieces that were sent before it. */
    Reply whole(Reply reply) {
        Pieces whole = new Pieces();
        for (DelegateStreamResponse event : events.values()) {
            if (event.hasPartial()) {
                whole.add(event.getPartial().getPart(), event.getPartial().getAppend());
            }
        }
        return whole.whole(reply);
    }

    private void countPiece(DelegateStreamResponse piece) {
        pieces++;
        if (pieces > MAX_PIECES) {
            throw new BotmeshException(
                    Reason.MESSAGE_TOO_LARGE,
                    "the reply comes in more than " + MAX_PIECES + " pieces: send larger ones",
                    Map.of("size", replyBytes, "limit", maxReplyBytes, "direction", "reply"));
        }
        long size = replyBytes + piece.getSerializedSize();
        SizePolicy.checkReply(size, maxReplyBytes);
        replyBytes = size;
    }

    /**
     * Drops the oldest event if it was read, else the oldest progress event. Never drops the newest event. Returns
     * false if no event can be dropped.
     */
    private boolean dropOne(long read) {
        long first = events.firstKey();
        if (first <= read && first < last) {
            drop(first);
            return true;
        }
        if (progress.isEmpty() || progress.getFirst() == last) {
            return false;
        }
        drop(progress.getFirst());
        return true;
    }

    private void drop(long number) {
        DelegateStreamResponse gone = events.remove(number);
        bytes -= EVENT_OVERHEAD + gone.getSerializedSize();
        if (gone.hasProgress()) {
            progress.removeFirst(); // only the oldest progress is ever dropped
        } else {
            dropped = number;
        }
    }
}
