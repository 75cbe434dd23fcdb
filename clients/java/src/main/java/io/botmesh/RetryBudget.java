package io.botmesh;

/**
 * The token bucket that limits the retries at one target: a failure costs one token, a success adds a tenth of one, and
 * a retry needs more than half of the bucket. Same algorithm as gRPC's retry throttling (gRFC A6): if all instances
 * fail, retries stop.
 */
final class RetryBudget {
    private static final double MAX_TOKENS = 20;
    private double tokens = MAX_TOKENS;

    /** Counts a failure; returns whether a retry is allowed. */
    synchronized boolean failed() {
        tokens = Math.max(0, tokens - 1);
        return tokens > MAX_TOKENS / 2;
    }

    synchronized void succeeded() {
        tokens = Math.min(MAX_TOKENS, tokens + 0.1);
    }
}
