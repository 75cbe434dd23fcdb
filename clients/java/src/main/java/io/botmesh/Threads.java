package io.botmesh;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of bots and calls. All are daemon threads, so that they do not keep a program running. */
final class Threads {
    /** Runs blocking work, one thread each; idle threads end after a minute. */
    static final ExecutorService WORKERS = Executors.newCachedThreadPool(named("botmesh-worker-"));
    /** Runs deadlines and grace periods. Its tasks must not block. */
    static final ScheduledExecutorService TIMER = timer();

    private Threads() {}

    /**
     * Whether a background thread must end after this error, because the virtual machine itself is broken. Background
     * threads log any other error and retry with a backoff. This includes OutOfMemoryError: an instance whose lease
     * thread has ended would look dead while it still serves. Use -XX:+ExitOnOutOfMemoryError to end the process
     * instead.
     */
    static boolean isFatal(Throwable error) {
        return error instanceof InternalError || error instanceof UnknownError;
    }

    private static ScheduledExecutorService timer() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, named("botmesh-timer-"));
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return run -> {
            Thread thread = new Thread(run, prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
