package io.botmesh;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of this process's bots and calls. All are daemons: they keep no program alive. */
final class Threads {
    /** One thread for each thing that waits; idle ones end after a minute. */
    static final ExecutorService WORKERS = Executors.newCachedThreadPool(named("botmesh-worker-"));
    /** Deadlines and graces; nothing that takes time runs there. */
    static final ScheduledExecutorService TIMER = timer();

    private Threads() {}

    /**
     * Whether a thread that works in the background must not go on after this: the virtual machine itself is broken, and
     * what comes next is anybody's guess. Anything else is logged and tried again with pauses. (Out of memory, it goes on:
     * an instance whose lease thread has ended looks dead although it serves. Use -XX:+ExitOnOutOfMemoryError to end it.)
     */
    static boolean isFatal(Throwable error) {
        return error instanceof InternalError || error instanceof UnknownError;
    }

    private static ScheduledExecutorService timer() {
        ScheduledThreadPoolExecutor made = new ScheduledThreadPoolExecutor(1, named("botmesh-timer-"));
        made.setRemoveOnCancelPolicy(true);
        return made;
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
