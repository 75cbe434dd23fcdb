package io.botmesh;

import java.util.Map;

/**
 * Limits the open delegations per conversation: outgoing ones over all instances as far as they are known, incoming ones
 * at this instance. A repeat that joins running work is not counted.
 */
final class ConcurrencyPolicy implements Policy {
    /** Counts the call until it ends, and adds the open delegations of this instance to the chain. */
    @Override
    public void caller(Call call) {
        OutgoingDelegations outgoing = call.endpoint.outgoing;
        String key = call.chain.concurrencyKey();
        int onPath = call.chain.open();
        int own = outgoing.enter(key, onPath, call.limits.maxDelegations());
        call.atEnd.add(() -> outgoing.leave(key));
        if (!call.endpoint.agent.isEmpty()) { // a client is in no path, so its calls do not count for the callee
            call.chain = call.chain.withOpen((long) onPath + own);
        }
    }

    /** Counts the work until it ends, which may be after the call. */
    @Override
    public void callee(Call call) {
        if (call.joined) {
            return;
        }
        Map<String, Integer> incoming = call.endpoint.incoming;
        int limit = call.limits.maxDelegations();
        String key = call.chain.concurrencyKey();
        incoming.compute(key, (name, count) -> {
            int current = count == null ? 0 : count;
            if (current >= limit) {
                throw new BotmeshException(
                        Reason.TOO_MANY_DELEGATIONS,
                        current + " incoming delegations are open in this conversation, the limit is " + limit
                                + ": wait for one to end",
                        Map.of("limit", limit, "direction", "incoming"));
            }
            return current + 1;
        });
        call.work.onSettled(() -> incoming.computeIfPresent(key, (name, count) -> count == 1 ? null : count - 1));
    }
}
