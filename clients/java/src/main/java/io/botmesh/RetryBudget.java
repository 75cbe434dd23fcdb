package io.botmesh;

/**
 * The retries of one target: a failure costs a token, a success earns a tenth, half a bucket must be left. The shape of
 * gRPC's own retry throttling (gRFC A6), so that a target that fails as a whole is left alone.
 */
final class RetryBudget {
    private static final double MAX_TOKENS = 20;
    private double tokens = MAX_TOKENS;

    /** Pay for a failure; whether a retry may follow. */
    synchronized boolean failed() {
        tokens = Math.max(0, tokens - 1);
        return tokens > MAX_TOKENS / 2;
    }

    /** Earn a little. */
    synchronized void succeeded() {
        tokens = Math.min(MAX_TOKENS, tokens + 0.1);
    }
}
