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
 * One piece of work: the bot's function that runs, the callers that wait for it, its events and its outcome.
 *
 * <p>Work belongs to its message id, not to a connection. After its last caller is lost it runs on for orphanGrace, in
 * which a repeat with the same id can attach again. Its deadline ends it and interrupts the bot's thread. A repeat with
 * a later deadline extends it, so that work can run longer than one call.
 */
final class Work {
    /** The number of events that a bot may be ahead of its fastest reader. */
    static final int WINDOW = 64;
    /** The approximate memory in bytes of a Work, besides its events and outcome. */
    private static final int WORK_OVERHEAD = 512;
    /** The value of `consumed` if a caller waits only for the outcome. */
    private static final long ALL = Long.MAX_VALUE;

    /** A caller that waits for the work. */
    interface Listener {
        boolean isGone();

        /** The error for a caller that is gone. */
        default BotmeshException why() {
            return BotmeshException.of(Reason.CANCELLED, "the caller is gone");
        }

        /** Runs `wake` when the caller is gone. */
        void onGone(Runnable wake);
    }

    final String key;
    final boolean repeatable;
    final String digest;
    /** Completes when the bot's function has returned. */
    final CompletableFuture<Void> ended = new CompletableFuture<>();

    private long deadline;
    private final Duration orphanGrace;
    private final Consumer<Work> onEnd;
    private final WorkEvents events;
    private final List<Runnable> onSettled = new ArrayList<>();
    private final List<CompletableFuture<List<CancelReceipt>>> below = new ArrayList<>();
    private final List<Runnable> onStop = new ArrayList<>();
    private boolean began;
    private boolean settled;
    private boolean detached;
    private Message outcome;
    private BotmeshException error;
    private int callers;
    private long consumed;
    private Thread worker;
    private ScheduledFuture<?> timer;
    private ScheduledFuture<?> orphaned;

    Work(
            String key,
            boolean repeatable,
            String digest,
            long deadline,
            Duration orphanGrace,
            long maxReplyBytes,
            Consumer<Work> onEnd) {
        this.key = key;
        this.repeatable = repeatable;
        this.digest = digest;
        this.deadline = deadline;
        this.orphanGrace = orphanGrace;
        this.events = new WorkEvents(maxReplyBytes);
        this.onEnd = onEnd;
    }

    /** Runs the function in a thread of its own, until the deadline at most. Only the first call has an effect. */
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

    /** Moves the deadline to `later`, if that is later. */
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

    /** The deadline by System.nanoTime. */
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
            Message result = run.call();
            if (result instanceof Reply reply) {
                synchronized (this) {
                    events.checkReply(reply);
                }
            }
            settle(result, null);
        } catch (Throwable e) { // any failure of a bot must reach its caller
            settle(null, Statuses.asError(e));
        } finally {
            synchronized (this) {
                worker = null;
                Thread.interrupted(); // clears the flag: the thread returns to its pool
            }
            ended.complete(null);
        }
    }

    private void expire() {
        settle(null, BotmeshException.of(Reason.DEADLINE_EXPIRED, "the deadline passed before the work was done"));
    }

    /** Waits for the outcome; throws the listener's error if it is gone before. */
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

    /** Sends the events after sequence number `after` as they arrive, and the reply as the last one. */
    void read(long after, Duration idle, Listener listener, Consumer<DelegateStreamResponse> send)
            throws InterruptedException {
        enter(listener);
        try {
            long next = after == Long.MAX_VALUE ? after : after + 1;
            while (true) {
                DelegateStreamResponse event = event(next, idle, listener);
                if (event == null) {
                    send.accept(finalEvent());
                    return;
                }
                send.accept(event);
                next = event.getSequence() + 1;
            }
        } finally {
            leave();
        }
    }

    private synchronized DelegateStreamResponse finalEvent() {
        return events.finalEvent((Reply) outcomeNow());
    }

    /** Waits for the event of this number, or the next kept one; null if the work ended before it. */
    private synchronized DelegateStreamResponse event(long number, Duration idle, Listener listener)
            throws InterruptedException {
        long silentAt = System.nanoTime() + idle.toNanos();
        while (number > events.last() && !settled) {
            long left = silentAt - System.nanoTime();
            if (listener.isGone()) {
                throw listener.why();
            }
            if (left <= 0) {
                throw streamIdle(idle);
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

    static BotmeshException streamIdle(Duration idle) {
        String limit = Limits.seconds(idle);
        return new BotmeshException(
                Reason.STREAM_IDLE,
                "the stream was silent for " + limit + " s: send progress in between",
                Map.of("limit", limit));
    }

    /**
     * Adds an event. Blocks while all readers are WINDOW behind; exceeding a limit ends the work with
     * MESSAGE_TOO_LARGE.
     */
    void emit(DelegateStreamResponse.Builder event) {
        BotmeshException tooLarge = add(event);
        if (tooLarge != null) {
            settle(null, tooLarge);
            if (isWorker()) {
                Thread.currentThread().interrupt(); // settle() does not interrupt the calling thread
            }
            throw tooLarge;
        }
    }

    private synchronized boolean isWorker() {
        return worker == Thread.currentThread();
    }

    /** Stores an event; returns the error if it exceeds a limit, else null. */
    private synchronized BotmeshException add(DelegateStreamResponse.Builder event) {
        try {
            while (consumed != ALL && events.last() - consumed >= WINDOW && !detached && !settled) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Statuses.asError(e);
        }
        if (settled) {
            throw BotmeshException.of(Reason.CANCELLED, "the work is over");
        }
        try {
            events.add(event, consumed == ALL ? 0 : consumed);
        } catch (BotmeshException e) {
            return e;
        }
        notifyAll();
        return null;
    }

    /** Ends the work with CANCELLED; has no effect if it has ended. */
    void cancel(String reason) {
        settle(null, BotmeshException.of(Reason.CANCELLED, reason));
    }

    /** Lets the work run on without callers. */
    synchronized void detach() {
        detached = true;
        notifyAll();
    }

    /** Runs this when the work is over. */
    synchronized void onSettled(Runnable run) {
        onSettled.add(run);
    }

    /** Runs this when the work is over, to cancel a call below it; at once if it is. Returns how to unregister it. */
    synchronized Runnable onStop(Runnable stop) {
        if (settled) {
            Threads.WORKERS.execute(stop);
            return () -> {};
        }
        onStop.add(stop);
        return () -> {
            synchronized (this) {
                onStop.remove(stop);
            }
        };
    }

    /** Registers the receipts of a call below that is being cancelled with this work. */
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

    /** Returns the reply with the pieces that were sent before it. */
    synchronized Reply whole(Reply reply) {
        return events.whole(reply);
    }

    /** The approximate memory in bytes. */
    synchronized long size() {
        return WORK_OVERHEAD + events.bytes() + (outcome == null ? 0 : outcome.getSerializedSize());
    }

    /** The sequence number of the last event. */
    synchronized long last() {
        return events.last();
    }

    /** Stores the outcome; has no effect if there is one. */
    private void settle(Message result, BotmeshException failure) {
        List<Runnable> after;
        synchronized (this) {
            if (settled) {
                return;
            }
            outcome = result;
            error = failure == null ? null : failure.started(true);
            settled = true;
            for (ScheduledFuture<?> scheduled : new ScheduledFuture<?>[] {timer, orphaned}) {
                if (scheduled != null) {
                    scheduled.cancel(false);
                }
            }
            after = new ArrayList<>(onSettled);
            after.addAll(onStop);
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
            orphaned = Threads.TIMER.schedule(end, orphanGrace.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
