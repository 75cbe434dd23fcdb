package io.botmesh;

import java.util.Map;

/** Limits the open delegations per conversation at one instance. A repeat that joins running work is not counted. */
final class ConcurrencyPolicy implements Policy {
    /** Counts the call until it ends. */
    @Override
    public void caller(Call call) {
        enter(call, call.endpoint.outgoing, "outgoing");
    }

    /** Counts the work until it ends, which may be after the call. */
    @Override
    public void callee(Call call) {
        if (!call.joined) {
            enter(call, call.endpoint.incoming, "incoming");
        }
    }

    private static void enter(Call call, Map<String, Integer> open, String direction) {
        int limit = call.limits.maxDelegations();
        String key = call.chain.concurrencyKey();
        open.compute(key, (name, count) -> {
            int current = count == null ? 0 : count;
            if (current >= limit) {
                throw new BotmeshException(
                        Reason.TOO_MANY_DELEGATIONS,
                        current + " " + direction + " delegations are open in this conversation, the limit is " + limit
                                + ": wait for one to end",
                        Map.of("limit", limit, "direction", direction));
            }
            return current + 1;
        });
        Runnable leave = () -> open.computeIfPresent(key, (name, count) -> count == 1 ? null : count - 1);
        if (call.work != null) {
            call.work.onSettled(leave);
        } else {
            call.atEnd.add(leave);
        }
    }
}
