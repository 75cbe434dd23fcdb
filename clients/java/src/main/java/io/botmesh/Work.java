package io.botmesh;

import com.google.protobuf.Message;
import io.botmesh.v1.CancelReceipt;
import io.botmesh.v1.DelegateStreamResponse;
import io.botmesh.v1.Reply;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    /** The memory in bytes of the events that are kept for a reader that attaches again. */
    static final int KEPT_EVENT_BYTES = 8 << 20;
    /** The number of pieces of a streamed reply. A piece of a few bytes takes a hundred times that in memory. */
    private static final int MAX_PIECES = 65_536;
    /** The approximate memory in bytes of an event, besides its contents. */
    private static final int EVENT_OVERHEAD = 128;
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
    private final long maxReplyBytes;
    /** The events by sequence number. Unread progress may be dropped, except for the newest. */
    private final TreeMap<Long, DelegateStreamResponse> events = new TreeMap<>();
    /** The sequence numbers of the progress events. */
    private final Deque<Long> progress = new ArrayDeque<>();

    private final List<Runnable> onSettled = new ArrayList<>();
    private final List<CompletableFuture<List<CancelReceipt>>> below = new ArrayList<>();
    private final List<Runnable> onStop = new ArrayList<>();
    private boolean began;
    private boolean settled;
    private boolean detached;
    private Message outcome;
    private BotmeshException error;
    /** The sequence number of the last event. */
    private long last;
    /** The sequence number of the last piece that was dropped. */
    private long dropped;
    /** The memory in bytes of the kept events. */
    private long eventBytes;
    /** The serialized size of all pieces and resets so far, dropped ones included; a reset does not lower it. */
    private long replyBytes;

    private int pieces;
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
        this.maxReplyBytes = maxReplyBytes;
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
                checkReply(lastEvent(reply).getSerializedSize());
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
                    send.accept(lastEvent((Reply) outcomeNow()));
                    return;
                }
                send.accept(event);
                next = event.getSequence() + 1;
            }
        } finally {
            leave();
        }
    }

    private synchronized DelegateStreamResponse lastEvent(Reply reply) {
        return DelegateStreamResponse.newBuilder()
                .setSequence(last + 1)
                .setReply(reply)
                .build();
    }

    /** Waits for the event of this number, or the next kept one; null if the work ended before it. */
    private synchronized DelegateStreamResponse event(long number, Duration idle, Listener listener)
            throws InterruptedException {
        long silentAt = System.nanoTime() + idle.toNanos();
        while (number > last && !settled) {
            long left = silentAt - System.nanoTime();
            if (listener.isGone()) {
                throw listener.why();
            }
            if (left <= 0) {
                throw streamIdle(idle);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        if (number > last) {
            return null;
        }
        if (number <= dropped) {
            throw BotmeshException.of(
                    Reason.OUTCOME_UNKNOWN,
                    "the first events of this work are no longer kept: ask again as a new task");
        }
        DelegateStreamResponse event =
                events.ceilingEntry(number).getValue(); // exists: the newest event is never dropped
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
            while (consumed != ALL && last - consumed >= WINDOW && !detached && !settled) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Statuses.asError(e);
        }
        if (settled) {
            throw BotmeshException.of(Reason.CANCELLED, "the work is over");
        }
        DelegateStreamResponse numbered = event.setSequence(last + 1).build();
        if (!numbered.hasProgress()) {
            try {
                replyBytes = checkPiece(numbered);
            } catch (BotmeshException e) {
                return e;
            }
        }
        last++;
        events.put(last, numbered);
        eventBytes += EVENT_OVERHEAD + numbered.getSerializedSize();
        if (numbered.hasProgress()) {
            progress.add(last);
        }
        while (eventBytes > KEPT_EVENT_BYTES && dropOne()) {
            // dropOne does the work
        }
        notifyAll();
        return null;
    }

    /**
     * Drops the oldest event if it was read, else the oldest progress but the newest event; returns false if there is
     * none.
     */
    private boolean dropOne() {
        long first = events.firstKey();
        if (consumed != ALL && first <= consumed && first < last) {
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
        eventBytes -= EVENT_OVERHEAD + gone.getSerializedSize();
        if (gone.hasProgress()) {
            progress.removeFirst(); // only the oldest progress is ever dropped
        } else {
            dropped = number;
        }
    }

    /** Counts a piece; returns the size of the reply with it. Throws MESSAGE_TOO_LARGE. */
    private long checkPiece(DelegateStreamResponse piece) {
        pieces++;
        if (pieces > MAX_PIECES) {
            throw new BotmeshException(
                    Reason.MESSAGE_TOO_LARGE,
                    "the reply comes in more than " + MAX_PIECES + " pieces: send larger ones",
                    Map.of("size", replyBytes, "limit", maxReplyBytes, "direction", "reply"));
        }
        return checkReply(piece.getSerializedSize());
    }

    /** Returns the size of the reply with `more` bytes; throws MESSAGE_TOO_LARGE if it is over the limit. */
    private synchronized long checkReply(int more) {
        SizePolicy.checkReply(replyBytes + more, maxReplyBytes);
        return replyBytes + more;
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
        Pieces whole = new Pieces();
        for (DelegateStreamResponse event : events.values()) {
            if (event.hasPartial()) {
                whole.add(event.getPartial().getPart(), event.getPartial().getAppend());
            }
        }
        return whole.whole(reply);
    }

    /** The approximate memory in bytes. */
    synchronized long size() {
        return WORK_OVERHEAD + eventBytes + (outcome == null ? 0 : outcome.getSerializedSize());
    }

    /** The sequence number of the last event. */
    synchronized long last() {
        return last;
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
