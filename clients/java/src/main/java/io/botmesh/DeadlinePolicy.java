package io.botmesh;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Sets the deadline of each call. A call inside a task ends before the task does. The deadline ends the work itself,
 * not only the wait for it.
 */
final class DeadlinePolicy implements Policy {
    @Override
    public Set<Call.Kind> appliesTo() {
        return EnumSet.allOf(Call.Kind.class);
    }

    /**
     * Takes the requested timeout or the default, cut to the parent's remaining time less a margin for its own reply.
     */
    @Override
    public void caller(Call call) {
        Duration max = call.limits.maxTimeout();
        Duration timeout = call.timeout;
        if (timeout == null) {
            timeout = Limits.min(call.limits.defaultTimeout(), max);
        } else if (timeout.isZero() || timeout.isNegative()) {
            throw BotmeshException.invalid("timeout", "timeout must be more than 0 but is " + timeout);
        } else if (timeout.compareTo(max) > 0) {
            throw tooLong(timeout, max);
        }
        call.endIn(call.timed ? Limits.childTimeout(call.remaining(), timeout) : timeout);
    }

    /**
     * Takes the timeout that arrived, cut to the limit. Refuses one that is over the limit by more than gRPC's
     * rounding.
     */
    @Override
    public void callee(Call call) {
        Duration max = call.ceiling.maxTimeout();
        if (call.timeout != null && call.timeout.compareTo(Limits.tolerated(max)) > 0) {
            throw tooLong(call.timeout, max);
        }
        Duration timeout = call.timeout == null ? call.limits.defaultTimeout() : call.timeout;
        Duration narrow = call.limits.maxTimeout();
        call.endIn(Limits.min(timeout, narrow));
    }

    private static BotmeshException tooLong(Duration timeout, Duration limit) {
        String requested = Limits.seconds(timeout);
        String max = Limits.seconds(limit);
        return new BotmeshException(
                Reason.DEADLINE_TOO_LONG,
                "a deadline of " + requested + " s is over the limit of " + max + " s: ask for less, or split the work",
                Map.of("timeout", requested, "limit", max));
    }
}
