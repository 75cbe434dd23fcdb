package io.botmesh;

/** Refuses a call to an agent that is already in the path (A → B → A), unless allow_revisits is set. */
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
