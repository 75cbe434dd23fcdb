package io.botmesh;

/**
 * The token bucket that limits the retries at one target, with the algorithm of gRPC's retry throttling (gRFC A6). A
 * failure costs one token, a success adds a tenth of a token, and a retry needs more than half of the bucket. If all
 * instances fail, retries stop.
 */
final class RetryBudget {
    private static final double MAX_TOKENS = 20;
    private double tokens = MAX_TOKENS;

    /** Counts a failure. Returns whether a retry is allowed. */
    synchronized boolean failed() {
        tokens = Math.max(0, tokens - 1);
        return tokens > MAX_TOKENS / 2;
    }

    synchronized void succeeded() {
        tokens = Math.min(MAX_TOKENS, tokens + 0.1);
    }
}
