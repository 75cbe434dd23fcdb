package io.botmesh;

import io.botmesh.v1.OpenDelegations;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open delegations of this instance to others, counted by Chain.concurrencyKey. An agent reports them with its
 * heartbeats and learns from the registry how many delegations other instances have open.
 */
final class OutgoingDelegations {
    /** The count at which the next heartbeat is sent early: half of the default limit. */
    static final int MANY = 5;
    /** The smallest count that a heartbeat reports. */
    private static final int MIN_REPORTED = 2;
    /** The largest number of counts in one heartbeat or response. */
    private static final int MAX_REPORTED = 256;

    private final Map<String, Integer> counts = new ConcurrentHashMap<>();
    private final String account;
    private volatile Map<String, Long> elsewhere = Map.of();
    private volatile Runnable onManyOpen = () -> {};

    /** `account` is the account of this instance; heartbeats report only its conversations. */
    OutgoingDelegations(String account) {
        this.account = account;
    }

    /**
     * Counts a delegation until `leave`.
     *
     * @param onPath the delegations with the same key that are open at the agents of the path
     * @return the number of delegations that this instance has open, this one included
     * @throws BotmeshException TOO_MANY_DELEGATIONS if those open here and those known elsewhere reach the limit
     */
    int enter(String key, int onPath, int limit) {
        long others = Math.max(onPath, elsewhere.getOrDefault(key, 0L));
        int own = counts.compute(key, (name, count) -> {
            int here = count == null ? 0 : count;
            if (here + others >= limit) {
                throw new BotmeshException(
                        Reason.TOO_MANY_DELEGATIONS,
                        here + " outgoing delegations are open here and " + others
                                + " elsewhere in this conversation, the limit is " + limit + ": wait for one to end",
                        Map.of("limit", limit, "direction", "outgoing"));
            }
            return here + 1;
        });
        if (own == MANY && key.startsWith(account + "/")) {
            onManyOpen.run();
        }
        return own;
    }

    /** Ends the counting of one delegation. */
    void leave(String key) {
        counts.computeIfPresent(key, (name, count) -> count == 1 ? null : count - 1);
    }

    /** Returns the number of delegations that this instance has open in all conversations. */
    int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Returns the counts for a heartbeat: conversations of the own account with two or more, the largest 256. */
    List<OpenDelegations> report() {
        String prefix = account + "/";
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix) && entry.getValue() >= MIN_REPORTED)
                .map(entry -> OpenDelegations.newBuilder()
                        .setKey(entry.getKey().substring(prefix.length()))
                        .setCount(Math.min(Chain.MAX_OPEN, entry.getValue()))
                        .build())
                .sorted(Comparator.comparingInt(OpenDelegations::getCount).reversed())
                .limit(MAX_REPORTED)
                .toList();
    }

    /** Replaces the counts of other instances. */
    void setElsewhere(List<OpenDelegations> reported) {
        Map<String, Long> known = new HashMap<>();
        reported.stream()
                .limit(MAX_REPORTED)
                .forEach(open -> known.put(account + "/" + open.getKey(), Integer.toUnsignedLong(open.getCount())));
        elsewhere = known;
    }

    /** Sets the function that runs each time a conversation of the own account reaches MANY open delegations. */
    void onManyOpen(Runnable run) {
        onManyOpen = run;
    }
}
