package io.botmesh;

/** Refuses A → B → A and A → B → C → A, unless the mesh allows revisits. */
final class LoopsPolicy implements Policy {
    @Override
    public void caller(Call call) {
        check(call, call.target);
    }

    @Override
    public void callee(Call call) {
        check(call, call.endpoint.namedIn(call.chain));
    }

    private static void check(Call call, String target) {
        if (!call.limits.allowRevisits() && call.chain.path().contains(target)) {
            String way = String.join(" → ", call.chain.path());
            throw BotmeshException.of(
                    Reason.LOOP, target + " already stands in the chain " + way + ": it would wait for itself");
        }
    }
}
