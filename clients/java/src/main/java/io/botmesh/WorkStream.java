package io.botmesh;

import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Reply;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The event stream of one piece of work. The bot's thread adds events, and any number of callers read them, each from
 * its own position. The bot blocks while its fastest reader is too far behind. Thread-safe.
 */
final class WorkStream {
    /** The number of events that a bot may be ahead of its fastest reader. */
    static final int MAX_EVENTS_AHEAD = 64;
    /** The value of `consumed` after a caller has waited for the outcome without reading events. */
    private static final long ALL = Long.MAX_VALUE;

    private final WorkEvents events;
    /** The sequence number up to which the fastest reader has read. */
    private long consumed;

    private boolean unbounded;
    private boolean closed;

    WorkStream(long maxReplyBytes) {
        this.events = new WorkEvents(maxReplyBytes);
    }

    /**
     * Adds an event. Blocks while the bot is MAX_EVENTS_AHEAD of its fastest reader.
     *
     * @throws BotmeshException MESSAGE_TOO_LARGE if the reply exceeds a limit, CANCELLED if the stream is closed
     */
    synchronized void add(DelegateStreamResponse.Builder event) {
        try {
            while (isFull() && !closed) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Statuses.asError(e);
        }
        if (closed) {
            throw BotmeshException.of(Reason.CANCELLED, "the work is over");
        }
        events.add(event, consumed == ALL ? 0 : consumed);
        notifyAll();
    }

    private boolean isFull() {
        return consumed != ALL && !unbounded && events.last() - consumed >= MAX_EVENTS_AHEAD;
    }

    /**
     * Waits for the event with a sequence number. Returns a later one if that event was dropped, or null if the stream
     * was closed before it.
     *
     * @throws BotmeshException STREAM_IDLE if no event arrives within `idle`, the caller's error if it is gone
     */
    synchronized DelegateStreamResponse next(long number, Duration idle, WaitingCaller caller)
            throws InterruptedException {
        long idleAt = System.nanoTime() + idle.toNanos();
        while (number > events.last() && !closed) {
            long left = idleAt - System.nanoTime();
            if (caller.isGone()) {
                throw caller.error();
            }
            if (left <= 0) {
                throw idleError(idle);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        if (number > events.last()) {
            return null;
        }
        DelegateStreamResponse event = events.get(number);
        consumed = Math.max(consumed, event.getSequence());
        notifyAll();
        return event;
    }

    static BotmeshException idleError(Duration idle) {
        String limit = Limits.seconds(idle);
        return new BotmeshException(
                Reason.STREAM_IDLE,
                "the stream was silent for " + limit + " s: send progress in between",
                Map.of("limit", limit));
    }

    /** Counts all events as read, because a caller waits for the outcome without reading events. */
    synchronized void consumeAll() {
        consumed = ALL;
        notifyAll();
    }

    /** Lets the bot add events without waiting for readers. */
    synchronized void unbound() {
        unbounded = true;
        notifyAll();
    }

    /** Ends the stream: readers get the events that are left, and further events are refused. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Makes waiting readers test whether their caller is gone. */
    synchronized void wake() {
        notifyAll();
    }

    /** Throws MESSAGE_TOO_LARGE if the reply and the pieces before it exceed the reply limit together. */
    synchronized void checkReply(Reply reply) {
        events.checkReply(reply);
    }

    /** Returns the reply with the pieces that were sent before it. */
    synchronized Reply whole(Reply reply) {
        return events.whole(reply);
    }

    /** Returns the event that ends the stream. */
    synchronized DelegateStreamResponse finalEvent(Reply reply) {
        return events.finalEvent(reply);
    }

    /** Returns the sequence number of the last event; 0 if there is none. */
    synchronized long last() {
        return events.last();
    }

    /** Returns the approximate memory of the kept events in bytes. */
    synchronized long bytes() {
        return events.bytes();
    }
}
