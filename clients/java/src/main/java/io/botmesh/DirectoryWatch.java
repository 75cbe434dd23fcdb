package io.botmesh;

import io.botmesh.v1.WatchAgentsRequest;
import io.botmesh.v1.WatchAgentsResponse;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Watches the registry in a thread of its own, and applies each response to the directory's table. A watch that ends
 * begins again with a backoff, until close.
 */
final class DirectoryWatch {
    private static final Logger LOG = System.getLogger("io.botmesh");

    private final String account;
    private final RegistryClient registry;
    private final DirectoryTable table;
    private final Warnings warnings;
    private final Consumer<Limits> onLimits;
    private final Consumer<String> onTraceEndpoint;
    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile Runnable onChange = () -> {};
    /** Why the last response could not be applied; empty if the registry sent none. */
    private volatile String unreadable = "";

    private Thread thread;
    private volatile boolean stopping;

    DirectoryWatch(
            String account,
            RegistryClient registry,
            DirectoryTable table,
            Warnings warnings,
            Consumer<Limits> onLimits,
            Consumer<String> onTraceEndpoint) {
        this.account = account;
        this.registry = registry;
        this.table = table;
        this.warnings = warnings;
        this.onLimits = onLimits;
        this.onTraceEndpoint = onTraceEndpoint;
    }

    /** Sets the function that runs after each change of the table. */
    void onChange(Runnable run) {
        onChange = run;
    }

    /**
     * Starts the watch if it does not run, and waits for the first snapshot.
     *
     * @throws BotmeshException REGISTRY_UNREACHABLE if no snapshot arrives in time, INVALID_FIELD if it is unreadable
     */
    void awaitSnapshot(Duration timeout) throws InterruptedException {
        synchronized (this) {
            if (thread == null) {
                thread = new Thread(this::run, "botmesh-watch");
                thread.setDaemon(true);
                thread.start();
            }
        }
        if (!ready.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw unreadable.isEmpty() ? registry.unreachable() : registry.unreadable(unreadable);
        }
    }

    void close() {
        stopping = true;
        Thread watching;
        synchronized (this) {
            watching = thread;
        }
        if (watching != null) {
            watching.interrupt();
        }
    }

    private void run() {
        long pause = Registration.MIN_BACKOFF_MILLIS;
        while (!stopping) {
            try {
                pause = watchOnce() ? Registration.MIN_BACKOFF_MILLIS : pause;
            } catch (InterruptedException e) {
                return; // close() was called
            } catch (Throwable e) {
                if (Threads.isFatal(e)) {
                    throw e;
                }
                LOG.log(Logger.Level.WARNING, "the watch of the registry failed; it begins again", e);
            }
            try {
                Thread.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause));
            } catch (InterruptedException e) {
                return;
            }
            pause = Math.min(Registration.MAX_BACKOFF_MILLIS, pause * 2);
        }
    }

    /** Watches until the stream ends. Returns whether any response arrived. */
    private boolean watchOnce() throws InterruptedException {
        WatchAgentsRequest request = WatchAgentsRequest.newBuilder()
                .setAccountId(account)
                .setSince(table.beginWatch())
                .build();
        CountDownLatch over = new CountDownLatch(1);
        AtomicBoolean answered = new AtomicBoolean();
        registry.watch(
                request,
                bytes -> {
                    answered.set(true);
                    take(bytes);
                },
                over::countDown);
        over.await();
        if (!answered.get()) {
            unreadable = ""; // the registry no longer answers
        }
        return answered.get();
    }

    /** Parses and applies one response. A response that cannot be parsed or applied is skipped with a warning. */
    void take(byte[] bytes) {
        try {
            apply(Fields.parse(WatchAgentsResponse.parser(), bytes, "response", "a response of WatchAgents"));
        } catch (RuntimeException | StackOverflowError e) {
            table.skip();
            unreadable = e instanceof BotmeshException ? e.getMessage() : e.toString();
            warnings.once("skipped a response of the registry at " + registry.address + ": " + unreadable);
        }
    }

    private void apply(WatchAgentsResponse response) {
        if (response.hasLimits()) {
            applyLimits(response.getLimits());
        }
        try {
            onTraceEndpoint.accept(response.getTraceEndpoint());
        } catch (RuntimeException e) {
            warnings.once("cannot export spans to the endpoint that the mesh sets: " + e.getMessage());
        }
        table.apply(response);
        if (table.hasSnapshot()) {
            ready.countDown();
        }
        onChange.run();
    }

    private void applyLimits(io.botmesh.v1.Limits limits) {
        try {
            Fields.check(limits);
        } catch (BotmeshException e) {
            warnings.once("left out the mesh's limits: " + e.getMessage());
            return;
        }
        onLimits.accept(Limits.from(limits));
    }
}
