package io.botmesh;

import com.google.protobuf.Message;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One piece of work: the run of the bot's function for one message id, its outcome, and the callers that wait for it.
 *
 * <p>Work belongs to its message id, not to a connection. After its last caller is lost it runs on for orphanGrace.
 * Within that time a repeat with the same id attaches to it. Its deadline ends it and interrupts the bot's thread.
 * A repeat with a later deadline extends it, so that work can run longer than one call.
 */
final class Work {
    /** The approximate memory of a Work in bytes, without its events and outcome. */
    private static final int WORK_OVERHEAD = 512;

    final String key;
    final boolean repeatable;
    final String fingerprint;
    /** Completes when the bot's function has returned. */
    final CompletableFuture<Void> ended = new CompletableFuture<>();

    final ChildCalls children = new ChildCalls();
    final WorkStream stream;

    private final Duration orphanGrace;
    private final Consumer<Work> onEnd;
    private final List<Runnable> onSettled = new ArrayList<>();
    private long deadline;
    private boolean begun;
    private boolean settled;
    private boolean detached;
    private Message outcome;
    private BotmeshException error;
    private int callers;
    private Thread worker;
    private ScheduledFuture<?> deadlineTimer;
    private ScheduledFuture<?> orphanTimer;

    /**
     * Creates work that has not begun.
     *
     * @param repeatable true if the work has a message id, so that repeats join it or get its outcome
     * @param fingerprint the digest of the message, which a repeat must match
     * @param deadline the deadline by System.nanoTime
     * @param onEnd called once, when the outcome is known
     */
    Work(
            String key,
            boolean repeatable,
            String fingerprint,
            long deadline,
            Duration orphanGrace,
            long maxReplyBytes,
            Consumer<Work> onEnd) {
        this.key = key;
        this.repeatable = repeatable;
        this.fingerprint = fingerprint;
        this.deadline = deadline;
        this.orphanGrace = orphanGrace;
        this.stream = new WorkStream(maxReplyBytes);
        this.onEnd = onEnd;
    }

    /** Runs the function in a thread of its own, until the deadline at most. Only the first call has an effect. */
    void startOnce(Callable<? extends Message> run) {
        synchronized (this) {
            if (begun) {
                return;
            }
            begun = true;
            startDeadlineTimer();
        }
        Threads.WORKERS.execute(() -> run(run));
    }

    /** Moves the deadline to `later`, if that is later than the current one. */
    synchronized void extend(long later) {
        if (settled || later - deadline <= 0) {
            return;
        }
        deadline = later;
        if (deadlineTimer != null) {
            deadlineTimer.cancel(false);
            startDeadlineTimer();
        }
    }

    /** Returns the deadline by System.nanoTime. */
    synchronized long deadline() {
        return deadline;
    }

    private void startDeadlineTimer() {
        long left = Math.max(0, deadline - System.nanoTime());
        deadlineTimer = Threads.TIMER.schedule(this::expire, left, TimeUnit.NANOSECONDS);
    }

    private void run(Callable<? extends Message> run) {
        try {
            synchronized (this) {
                if (settled) {
                    return;
                }
                worker = Thread.currentThread();
            }
            Message result = run.call();
            if (result instanceof Reply reply) {
                stream.checkReply(reply);
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

    /** Waits for the outcome. Throws the caller's error if it is gone before. */
    Message result(WaitingCaller caller) throws InterruptedException {
        addCaller(caller);
        try {
            stream.consumeAll();
            synchronized (this) {
                while (!settled && !caller.isGone()) {
                    wait();
                }
                if (!settled) {
                    throw caller.error();
                }
                return outcome();
            }
        } finally {
            removeCaller();
        }
    }

    /**
     * Passes the events after sequence number `after` to `send` as they arrive, and the reply as the last one.
     *
     * @param idle the longest wait for one event; STREAM_IDLE after it
     */
    void read(long after, Duration idle, WaitingCaller caller, Consumer<DelegateStreamResponse> send)
            throws InterruptedException {
        addCaller(caller);
        try {
            long number = after == Long.MAX_VALUE ? after : after + 1;
            while (true) {
                DelegateStreamResponse event = stream.next(number, idle, caller);
                if (event == null) {
                    send.accept(stream.finalEvent((Reply) outcome()));
                    return;
                }
                send.accept(event);
                number = event.getSequence() + 1;
            }
        } finally {
            removeCaller();
        }
    }

    /** Adds an event to the stream; see WorkStream.add. MESSAGE_TOO_LARGE also ends the work. */
    void emit(DelegateStreamResponse.Builder event) {
        try {
            stream.add(event);
        } catch (BotmeshException e) {
            if (e.reason() == Reason.MESSAGE_TOO_LARGE) {
                settle(null, e);
                if (isWorker()) {
                    Thread.currentThread().interrupt(); // settle does not interrupt the calling thread
                }
            }
            throw e;
        }
    }

    private synchronized boolean isWorker() {
        return worker == Thread.currentThread();
    }

    /** Ends the work with CANCELLED. Has no effect if it has ended. */
    void cancel(String reason) {
        settle(null, BotmeshException.of(Reason.CANCELLED, reason));
    }

    /** Lets the work run on without callers. */
    synchronized void detach() {
        detached = true;
        stream.unbound();
    }

    /** Registers a function that runs when the work ends. */
    synchronized void onSettled(Runnable run) {
        onSettled.add(run);
    }

    /** Returns whether the outcome is known. */
    synchronized boolean isSettled() {
        return settled;
    }

    /** Returns whether the bot's function was started. */
    synchronized boolean hasBegun() {
        return begun;
    }

    /** Returns the approximate memory in bytes. */
    synchronized long size() {
        return WORK_OVERHEAD + stream.bytes() + (outcome == null ? 0 : outcome.getSerializedSize());
    }

    /** Sets the outcome. Only the first call has an effect. */
    private void settle(Message result, BotmeshException failure) {
        List<Runnable> callbacks;
        synchronized (this) {
            if (settled) {
                return;
            }
            outcome = result;
            error = failure == null ? null : failure.started(true);
            settled = true;
            for (ScheduledFuture<?> timer : new ScheduledFuture<?>[] {deadlineTimer, orphanTimer}) {
                if (timer != null) {
                    timer.cancel(false);
                }
            }
            callbacks = List.copyOf(onSettled);
            if (worker != null && worker != Thread.currentThread()) {
                worker.interrupt();
            }
            stream.close();
            notifyAll();
        }
        onEnd.accept(this);
        callbacks.forEach(Runnable::run);
        children.cancel();
    }

    private synchronized Message outcome() {
        if (error != null) {
            throw error;
        }
        return outcome;
    }

    private void addCaller(WaitingCaller caller) {
        synchronized (this) {
            callers++;
            if (orphanTimer != null) {
                orphanTimer.cancel(false);
                orphanTimer = null;
            }
        }
        caller.onGone(() -> {
            synchronized (this) {
                notifyAll();
            }
            stream.wake();
        });
    }

    private synchronized void removeCaller() {
        callers--;
        if (callers == 0 && !settled && !detached) {
            Runnable end = () -> cancel("the last caller was lost");
            orphanTimer = Threads.TIMER.schedule(end, orphanGrace.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
