package io.botmesh;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Every call ends in time, and a child before its parent. Sets the call's deadline, which ends the work itself, not only
 * the wait for it.
 */
final class DeadlinePolicy implements Policy {
    @Override
    public Set<Call.Kind> appliesTo() {
        return EnumSet.allOf(Call.Kind.class);
    }

    /** The asked time or the default, and never past the parent's less a little to answer in. */
    @Override
    public void caller(Call call) {
        Duration most = call.limits.maxTimeout();
        Duration timeout = call.timeout;
        if (timeout == null) {
            timeout = call.limits.defaultTimeout().compareTo(most) < 0 ? call.limits.defaultTimeout() : most;
        } else if (timeout.isZero() || timeout.isNegative()) {
            throw BotmeshException.invalid("timeout", "timeout must be more than 0 but is " + timeout);
        } else if (timeout.compareTo(most) > 0) {
            throw tooLong(timeout, most);
        }
        call.endIn(call.timed ? Limits.childTimeout(call.remaining(), timeout) : timeout);
    }

    /** What arrived, clamped to the limit; gRPC's rounding on the wire is tolerated. */
    @Override
    public void callee(Call call) {
        Duration most = call.ceiling.maxTimeout();
        if (call.timeout != null && call.timeout.compareTo(Limits.tolerated(most)) > 0) {
            throw tooLong(call.timeout, most);
        }
        Duration timeout = call.timeout == null ? call.limits.defaultTimeout() : call.timeout;
        Duration narrow = call.limits.maxTimeout();
        call.endIn(timeout.compareTo(narrow) < 0 ? timeout : narrow);
    }

    private static BotmeshException tooLong(Duration timeout, Duration limit) {
        String asked = Limits.seconds(timeout);
        String most = Limits.seconds(limit);
        return new BotmeshException(
                Reason.DEADLINE_TOO_LONG,
                "a deadline of " + asked + " s is over the limit of " + most + " s: ask for less, or split the work",
                Map.of("timeout", asked, "limit", most));
    }
}
