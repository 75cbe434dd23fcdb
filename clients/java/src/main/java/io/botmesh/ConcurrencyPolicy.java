package io.botmesh;

import java.util.Map;

/** Only so many delegations are open at once per conversation at one instance. Joining what runs does not count. */
final class ConcurrencyPolicy implements Policy {
    /** Counted from here until the call is over. */
    @Override
    public void caller(Call call) {
        enter(call, call.endpoint.outgoing, "outgoing");
    }

    /** Counted until the work is over: it can outlast the call. */
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
            int found = count == null ? 0 : count;
            if (found >= limit) {
                throw new BotmeshException(
                        Reason.TOO_MANY_DELEGATIONS,
                        found + " " + direction + " delegations are open in this conversation, the limit is " + limit
                                + ": wait for one to end",
                        Map.of("limit", limit, "direction", direction));
            }
            return found + 1;
        });
        Runnable leave = () -> open.computeIfPresent(key, (name, count) -> count == 1 ? null : count - 1);
        if (call.work != null) {
            call.work.onSettled(leave);
        } else {
            call.atEnd.add(leave);
        }
    }
}
