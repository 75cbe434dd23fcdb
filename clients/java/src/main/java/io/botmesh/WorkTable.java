package io.botmesh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The work of one instance by message id: the running work, and the outcomes of the last idempotencyTtl. */
final class WorkTable {
    /** The work of a call's message id, and whether it existed before the call. */
    record Claim(Work work, boolean joined) {}

    private record Ended(long at, long size, Work work) {}

    private final Settings settings;
    private final Map<String, Work> running = new HashMap<>();
    private final Map<String, Ended> done = new LinkedHashMap<>(); // oldest first
    private long bytes;
    private long anonymous;

    WorkTable(Settings settings) {
        this.settings = settings;
    }

    /**
     * Finds the work of a call's message id, or reserves new work for it.
     *
     * @throws BotmeshException MESSAGE_ID_REUSED if the payload is another one, TOO_MUCH_WORK if the table is full
     */
    synchronized Claim claim(Call call) {
        String id = call.message.getMessageId();
        String key = id.isEmpty() ? "anonymous " + anonymous++ : keyOf(call);
        String fingerprint = Fingerprint.of(call);
        Work existing = find(key);
        if (existing != null) {
            if (!existing.fingerprint.equals(fingerprint)) {
                throw new BotmeshException(
                        Reason.MESSAGE_ID_REUSED,
                        "message id " + id + " was used with another payload: give each message its own",
                        Map.of("message_id", id));
            }
            existing.extend(call.deadline);
            return new Claim(existing, true);
        }
        int limit = settings.idempotencyEntries();
        if (running.size() >= limit) {
            throw new BotmeshException(
                    Reason.TOO_MUCH_WORK,
                    running.size() + " pieces of work run here: ask another instance or later",
                    Map.of("limit", limit));
        }
        Work work = new Work(
                key,
                !id.isEmpty(),
                fingerprint,
                call.deadline,
                settings.orphanGrace(),
                call.limits.maxReplyBytes(),
                this::ended);
        running.put(key, work);
        return new Claim(work, false);
    }

    /** Returns the work of a key, running or ended; null if there is none. */
    synchronized Work find(String key) {
        prune();
        Work existing = running.get(key);
        Ended entry = done.get(key);
        return existing != null ? existing : entry == null ? null : entry.work;
    }

    /** Returns whether there is work with the call's message id. */
    boolean knows(Call call) {
        return !call.message.getMessageId().isEmpty() && find(keyOf(call)) != null;
    }

    /** Removes work that was reserved but has not begun. */
    synchronized void forgetUnbegun(Work work) {
        if (!work.hasBegun()) {
            running.remove(work.key, work);
        }
    }

    synchronized int running() {
        return running.size();
    }

    /** Returns the number of entries, running ones included. */
    synchronized int remembered() {
        return running.size() + done.size();
    }

    /** Waits up to `timeout` for the running work, then cancels the rest. */
    void drain(Duration timeout) {
        CompletableFuture<?>[] all =
                all().stream().filter(Work::hasBegun).map(work -> work.ended).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(all).get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // the rest is cancelled below
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        all().forEach(work -> work.cancel("the instance is shutting down"));
    }

    private synchronized List<Work> all() {
        return new ArrayList<>(running.values());
    }

    private synchronized void ended(Work work) {
        running.remove(work.key, work);
        if (work.repeatable) {
            long size = work.size();
            done.put(work.key, new Ended(System.nanoTime(), size, work));
            bytes += size;
            prune();
        }
    }

    /** Removes the outcomes that are too old, too many or too large together. */
    private void prune() {
        Iterator<Ended> oldest = done.values().iterator();
        while (oldest.hasNext()) {
            Ended entry = oldest.next();
            boolean young =
                    System.nanoTime() - entry.at <= settings.idempotencyTtl().toNanos();
            boolean few = done.size() <= settings.idempotencyEntries() && bytes <= settings.idempotencyBytes();
            if (young && few) {
                return;
            }
            oldest.remove();
            bytes -= entry.size;
        }
    }

    /** Returns the idempotency key: account, from_agent and message_id, none of which can contain a space. */
    static String key(String account, String from, String messageId) {
        return account + " " + from + " " + messageId;
    }

    private static String keyOf(Call call) {
        String from = call.message.getFromAgent();
        String account = call.chain.accountId().isEmpty() ? call.endpoint.account : call.chain.accountId();
        return key(account, from.isEmpty() ? Names.nameOf(call.chain.last()) : from, call.message.getMessageId());
    }
}
