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
 * One piece of work: what runs, who waits for it, and what came of it.
 *
 * <p>Work belongs to its message id, not to a connection. When the last caller is lost it goes on for a moment, in which
 * the same id can attach again; its deadline ends it whatever its bot does: the bot's thread is interrupted. A repeat that
 * brings a later deadline moves that one out: this is how work goes on for longer than a call may.
 */
final class Work {
    /** A bot may be this many events ahead of its fastest reader. */
    static final int WINDOW = 64;
    /** Events of one work that are kept for a reader that attaches again, in bytes of memory. */
    static final int KEPT_EVENT_BYTES = 8 << 20;
    /** Pieces of one streamed reply: a piece of a few bytes takes a hundred times that in memory. */
    private static final int MAX_PIECES = 65_536;
    /** Bytes that an event takes in memory beside its contents, about. */
    private static final int EVENT_OVERHEAD = 128;
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
    private final long maxReplyBytes;
    /** By number. Of progress that nobody has read there may be gaps: only the newest is worth its memory. */
    private final TreeMap<Long, DelegateStreamResponse> events = new TreeMap<>();
    /** The numbers of the progress among them. */
    private final Deque<Long> progress = new ArrayDeque<>();

    private final List<Runnable> undo = new ArrayList<>();
    private final List<CompletableFuture<List<CancelReceipt>>> below = new ArrayList<>();
    private final List<Runnable> stops = new ArrayList<>();
    private boolean began;
    private boolean settled;
    private boolean detached;
    private Message outcome;
    private BotmeshException error;
    /** The number of the last event. */
    private long last;
    /** The number of the last piece that is no longer kept. */
    private long dropped;
    /** What the events that are kept take in memory. */
    private long eventBytes;
    /** Of pieces and resets so far, kept or not: a reset does not set it back. */
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
            Duration grace,
            long maxReplyBytes,
            Consumer<Work> onEnd) {
        this.key = key;
        this.repeatable = repeatable;
        this.digest = digest;
        this.deadline = deadline;
        this.grace = grace;
        this.maxReplyBytes = maxReplyBytes;
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
            Message result = run.call();
            if (result instanceof Reply reply) {
                checkReply(lastEvent(reply).getSerializedSize());
            }
            settle(result, null);
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

    /** The event of that number, or the next one that is kept; null: the work is over before it. */
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
        DelegateStreamResponse event = events.ceilingEntry(number).getValue(); // the newest is always kept
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

    /** Add an event; waits while all readers are far behind. A piece too many ends the work with MESSAGE_TOO_LARGE. */
    void emit(DelegateStreamResponse.Builder event) {
        BotmeshException tooLarge = add(event);
        if (tooLarge != null) {
            settle(null, tooLarge);
            if (isWorker()) {
                Thread.currentThread().interrupt(); // as the end of the work interrupts its bot in any other case
            }
            throw tooLarge;
        }
    }

    private synchronized boolean isWorker() {
        return worker == Thread.currentThread();
    }

    /** Keep an event, or say why not. */
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
        DelegateStreamResponse made = event.setSequence(last + 1).build();
        if (!made.hasProgress()) {
            try {
                replyBytes = checkPiece(made);
            } catch (BotmeshException e) {
                return e;
            }
        }
        last++;
        events.put(last, made);
        eventBytes += EVENT_OVERHEAD + made.getSerializedSize();
        if (made.hasProgress()) {
            progress.add(last);
        }
        while (eventBytes > KEPT_EVENT_BYTES && dropOne()) {
            // until the rest fits, or is needed
        }
        notifyAll();
        return null;
    }

    /** Drop the oldest event if somebody has read it, else the oldest progress but for the newest event; whether one was. */
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
            progress.removeFirst(); // the oldest of them all
        } else {
            dropped = number;
        }
    }

    /** The size of the reply with this piece. */
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

    /** What the reply takes with so many bytes more. */
    private synchronized long checkReply(int more) {
        SizePolicy.checkReply(replyBytes + more, maxReplyBytes);
        return replyBytes + more;
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
        Pieces whole = new Pieces();
        for (DelegateStreamResponse event : events.values()) {
            if (event.hasPartial()) {
                whole.add(event.getPartial().getPart(), event.getPartial().getAppend());
            }
        }
        return whole.whole(reply);
    }

    /** Bytes that it takes in memory, about. */
    synchronized long size() {
        return OVERHEAD + eventBytes + (outcome == null ? 0 : outcome.getSerializedSize());
    }

    /** The number of the last event. */
    synchronized long last() {
        return last;
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
