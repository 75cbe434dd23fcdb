package io.botmesh;

import io.botmesh.v1.CancelReceipt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The calls that a bot makes while it does one piece of work. They are cancelled when the work ends. */
final class ChildCalls {
    private final List<Runnable> cancels = new ArrayList<>();
    private final List<CompletableFuture<List<CancelReceipt>>> receipts = new ArrayList<>();
    private boolean cancelled;

    /**
     * Registers the function that cancels a call. It runs at once, in a thread of its own, if the work has ended.
     *
     * @return a function that removes the registration
     */
    synchronized Runnable onCancel(Runnable cancel) {
        if (cancelled) {
            Threads.WORKERS.execute(cancel);
            return () -> {};
        }
        cancels.add(cancel);
        return () -> {
            synchronized (this) {
                cancels.remove(cancel);
            }
        };
    }

    /** Cancels all registered calls. */
    void cancel() {
        List<Runnable> all;
        synchronized (this) {
            cancelled = true;
            all = List.copyOf(cancels);
        }
        all.forEach(Runnable::run);
    }

    /** Adds the receipts of a call that is being cancelled. They complete when its callee has answered the Cancel. */
    synchronized void addReceipts(CompletableFuture<List<CancelReceipt>> added) {
        receipts.add(added);
    }

    /** Returns the receipts of each cancelled call. */
    synchronized List<CompletableFuture<List<CancelReceipt>>> receipts() {
        return List.copyOf(receipts);
    }
}
