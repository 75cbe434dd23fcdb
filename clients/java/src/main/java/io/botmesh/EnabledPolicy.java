package io.botmesh;

import java.util.Map;

/** Refuses delegations while they are switched off in the mesh or at one agent. The error says which of the two. */
final class EnabledPolicy implements Policy {
    @Override
    public void caller(Call call) {
        check(call);
    }

    @Override
    public void callee(Call call) {
        check(call);
    }

    private static void check(Call call) {
        if (call.limits.enabled()) {
            return;
        }
        boolean mesh = !call.ceiling.enabled();
        String text = mesh
                ? "delegations are switched off in this mesh: set enabled to true"
                : "delegations are switched off at " + call.endpoint.agent;
        throw new BotmeshException(Reason.DISABLED, text, Map.of("scope", mesh ? "mesh" : "agent"));
    }
}
