package io.botmesh;

import com.google.protobuf.Message;
import io.botmesh.v1.CancelReceipt;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One piece of work: what runs, who waits for it, and what came of it.
 *
 * <p>Work belongs to its message id, not to a connection. When the last caller is lost it goes on for a moment, in which
 * the same id can attach again; its deadline ends it whatever its bot does: the bot's thread is interrupted. A repeat that
 * brings a later deadline moves that one out: this is how work goes on for longer than a call may.
 */
final class Work {
    /** A bot may be this many events ahead of its fastest reader. */
    static final int WINDOW = 64;
    /** Events of one work that are kept for a reader that attaches again, in bytes. */
    private static final int KEPT_EVENT_BYTES = 8 << 20;
    /** Bytes that an entry takes beside its outcome, about. */
    private static final int OVERHEAD = 512;
    /** What has been consumed where a caller takes only the outcome. */
    private static final long ALL = Long.MAX_VALUE;

    /** Whether somebody still listens. */
    interface Listener {
        boolean isGone();

        /** Why nobody does. */
        default BotmeshException why() {
            return BotmeshException.of(Reason.CANCELLED, "the caller is gone");
        }

        /** Run this when nobody does any more. */
        void onGone(Runnable wake);
    }

    final String key;
    final boolean repeatable;
    final String digest;
    /** Done when the bot's function has returned. */
    final CompletableFuture<Void> ended = new CompletableFuture<>();

    private long deadline;
    private final Duration grace;
    private final Consumer<Work> onEnd;
    private final List<DelegateStreamResponse> events = new ArrayList<>();
    private final List<Runnable> undo = new ArrayList<>();
    private final List<CompletableFuture<List<CancelReceipt>>> below = new ArrayList<>();
    private final List<Runnable> stops = new ArrayList<>();
    private boolean began;
    private boolean settled;
    private boolean detached;
    private Message outcome;
    private BotmeshException error;
    private long dropped;
    private int eventBytes;
    private int callers;
    private long consumed;
    private Thread worker;
    private ScheduledFuture<?> timer;
    private ScheduledFuture<?> orphaned;

    Work(String key, boolean repeatable, String digest, long deadline, Duration grace, Consumer<Work> onEnd) {
        this.key = key;
        this.repeatable = repeatable;
        this.digest = digest;
        this.deadline = deadline;
        this.grace = grace;
        this.onEnd = onEnd;
    }

    /** Run it in a thread of its own, until its deadline at the latest. Only the first call does anything. */
    void startOnce(Callable<? extends Message> run) {
        synchronized (this) {
            if (began) {
                return;
            }
            began = true;
            setTimer();
        }
        Threads.WORKERS.execute(() -> runNow(run));
    }

    /** Let it run until `later` if that is later than its own deadline. */
    synchronized void extend(long later) {
        if (settled || later - deadline <= 0) {
            return;
        }
        deadline = later;
        if (timer != null) {
            timer.cancel(false);
            setTimer();
        }
    }

    /** When it ends at the latest, by System.nanoTime. */
    synchronized long deadline() {
        return deadline;
    }

    private void setTimer() {
        long left = Math.max(0, deadline - System.nanoTime());
        timer = Threads.TIMER.schedule(this::expire, left, TimeUnit.NANOSECONDS);
    }

    private void runNow(Callable<? extends Message> run) {
        try {
            synchronized (this) {
                if (settled) {
                    return;
                }
                worker = Thread.currentThread();
            }
            settle(run.call(), null);
        } catch (Throwable e) { // whatever a bot throws must become an answer
            settle(null, Statuses.asError(e));
        } finally {
            synchronized (this) {
                worker = null;
                Thread.interrupted(); // the thread goes back to its pool
            }
            ended.complete(null);
        }
    }

    private void expire() {
        settle(null, BotmeshException.of(Reason.DEADLINE_EXPIRED, "the deadline passed before the work was done"));
    }

    /** Wait for the outcome. The wait can be given up; see grace. */
    Message result(Listener listener) throws InterruptedException {
        enter(listener);
        try {
            synchronized (this) {
                consumed = ALL;
                notifyAll();
                while (!settled && !listener.isGone()) {
                    wait();
                }
                if (!settled) {
                    throw listener.why();
                }
                return outcomeNow();
            }
        } finally {
            leave();
        }
    }

    /** The events with a number greater than `after`, as they come, then the reply as the last one. */
    void read(long after, Duration idle, Listener listener, Consumer<DelegateStreamResponse> send)
            throws InterruptedException {
        enter(listener);
        try {
            for (long next = after + 1; ; next++) {
                DelegateStreamResponse event = event(next, idle, listener);
                if (event == null) {
                    Reply reply = (Reply) outcomeNow();
                    send.accept(DelegateStreamResponse.newBuilder()
                            .setSequence(last() + 1)
                            .setReply(reply)
                            .build());
                    return;
                }
                send.accept(event);
            }
        } finally {
            leave();
        }
    }

    /** The event of that number; null: the work is over before it. */
    private synchronized DelegateStreamResponse event(long number, Duration idle, Listener listener)
            throws InterruptedException {
        long silentAt = System.nanoTime() + idle.toNanos();
        while (number > last() && !settled) {
            long left = silentAt - System.nanoTime();
            if (listener.isGone()) {
                throw listener.why();
            }
            if (left <= 0) {
                throw streamIdle(idle);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        if (number > last()) {
            return null;
        }
        if (number <= dropped) {
            throw BotmeshException.of(
                    Reason.OUTCOME_UNKNOWN,
                    "the first events of this work are no longer kept: ask again as a new task");
        }
        consumed = Math.max(consumed, number);
        notifyAll();
        return events.get((int) (number - dropped - 1));
    }

    static BotmeshException streamIdle(Duration idle) {
        String limit = Limits.seconds(idle);
        return new BotmeshException(
                Reason.STREAM_IDLE,
                "the stream was silent for " + limit + " s: send progress in between",
                Map.of("limit", limit));
    }

    /** Add an event; waits while all readers are far behind. */
    synchronized void emit(DelegateStreamResponse.Builder event) {
        try {
            while (consumed != ALL && last() - consumed >= WINDOW && !detached && !settled) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Statuses.asError(e);
        }
        if (settled) {
            throw BotmeshException.of(Reason.CANCELLED, "the work is over");
        }
        boolean unread = consumed == ALL || (detached && callers == 0);
        if (unread && eventBytes > KEPT_EVENT_BYTES) {
            throw new BotmeshException(
                    Reason.MESSAGE_TOO_LARGE,
                    "the reply is over " + KEPT_EVENT_BYTES
                            + " bytes and nobody reads it as it comes: ask for a stream",
                    Map.of("size", eventBytes, "limit", KEPT_EVENT_BYTES, "direction", "response"));
        }
        DelegateStreamResponse made = event.setSequence(last() + 1).build();
        events.add(made);
        eventBytes += made.getSerializedSize();
        while (eventBytes > KEPT_EVENT_BYTES && consumed != ALL && dropped < consumed) {
            eventBytes -= events.remove(0).getSerializedSize();
            dropped++;
        }
        notifyAll();
    }

    /** End it at once; nothing happens if it has ended. */
    void cancel(String reason) {
        settle(null, BotmeshException.of(Reason.CANCELLED, reason));
    }

    /** Let it go on without callers. */
    synchronized void detach() {
        detached = true;
        notifyAll();
    }

    /** Run this when the work is over, or now if it is. */
    synchronized void onSettled(Runnable run) {
        undo.add(run);
    }

    /** Run this when the work is ended from outside: a call below is to be given up. Returns how to forget it. */
    synchronized Runnable onStop(Runnable stop) {
        if (settled) {
            Threads.WORKERS.execute(stop);
            return () -> {};
        }
        stops.add(stop);
        return () -> {
            synchronized (this) {
                stops.remove(stop);
            }
        };
    }

    /** Note a call below that is being cancelled with this work. */
    synchronized void below(CompletableFuture<List<CancelReceipt>> receipts) {
        below.add(receipts);
    }

    synchronized List<CompletableFuture<List<CancelReceipt>>> cancelsBelow() {
        return List.copyOf(below);
    }

    synchronized boolean isSettled() {
        return settled;
    }

    synchronized boolean hasBegun() {
        return began;
    }

    /** A reply with the pieces that were sent before it. */
    synchronized Reply whole(Reply reply) {
        Pieces pieces = new Pieces();
        for (DelegateStreamResponse event : events) {
            if (event.hasPartial()) {
                pieces.add(event.getPartial().getPart(), event.getPartial().getAppend());
            }
        }
        return pieces.whole(reply);
    }

    /** Bytes that it takes in memory, about. */
    synchronized int size() {
        return OVERHEAD + eventBytes + (outcome == null ? 0 : outcome.getSerializedSize());
    }

    /** The number of the last event. */
    synchronized long last() {
        return dropped + events.size();
    }

    /** Keep the first outcome; a late one changes nothing. */
    private void settle(Message result, BotmeshException failure) {
        List<Runnable> after;
        synchronized (this) {
            if (settled) {
                return;
            }
            outcome = result;
            error = failure == null ? null : failure.started(true);
            settled = true;
            for (ScheduledFuture<?> one : new ScheduledFuture<?>[] {timer, orphaned}) {
                if (one != null) {
                    one.cancel(false);
                }
            }
            after = new ArrayList<>(undo);
            after.addAll(stops);
            if (worker != null && worker != Thread.currentThread()) {
                worker.interrupt();
            }
            notifyAll();
        }
        onEnd.accept(this);
        after.forEach(Runnable::run);
    }

    private synchronized Message outcomeNow() {
        if (error != null) {
            throw error;
        }
        return outcome;
    }

    private void enter(Listener listener) {
        synchronized (this) {
            callers++;
            if (orphaned != null) {
                orphaned.cancel(false);
                orphaned = null;
            }
        }
        listener.onGone(() -> {
            synchronized (this) {
                notifyAll();
            }
        });
    }

    private synchronized void leave() {
        callers--;
        if (callers == 0 && !settled && !detached) {
            Runnable end = () -> cancel("the last caller was lost");
            orphaned = Threads.TIMER.schedule(end, grace.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
