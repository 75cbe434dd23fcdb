package io.botmesh;

import java.util.EnumSet;
import java.util.Set;

/** Adds agent, instance, hop, path and trace id to each error that is raised in this process. */
final class ErrorsPolicy implements Policy {
    @Override
    public Set<Call.Kind> appliesTo() {
        return EnumSet.allOf(Call.Kind.class);
    }

    @Override
    public void finish(Call call) {
        BotmeshException error = call.error;
        boolean isComplete = error == null || error.fromPeer() || !error.agent().isEmpty();
        if (!isComplete && error.traceId().isEmpty()) {
            error.raisedBy(call.endpoint.agent, call.endpoint.instance, call.hops(), call.chain.path(), call.traceId());
        }
    }
}
