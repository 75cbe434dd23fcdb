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
