package io.botmesh;

import java.util.Map;

/** Refuses a call that would exceed the hop limit. The limit narrows along the chain and never widens. */
final class HopsPolicy implements Policy {
    @Override
    public void caller(Call call) {
        check(call);
    }

    @Override
    public void callee(Call call) {
        check(call);
    }

    private static void check(Call call) {
        call.chain = call.chain.narrowed(call.limits.maxHops());
        int limit = call.chain.maxHops();
        if (call.hops() > limit) {
            String last = call.target.isEmpty() ? call.endpoint.agent : call.target;
            String way = String.join(" → ", call.chain.path()) + " → " + last;
            throw new BotmeshException(
                    Reason.HOP_LIMIT, way + " is one hop more than the " + limit + " allowed", Map.of("limit", limit));
        }
    }
}
