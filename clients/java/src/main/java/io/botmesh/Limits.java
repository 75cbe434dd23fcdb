package io.botmesh;

import java.time.Duration;

/**
 * The limits that the policies enforce. The mesh's limits are the ceiling: environment, agent and call narrow them and
 * never widen them. In a narrowing set, null keeps the wider set's value. The defaults are those of the mesh.
 *
 * @param enabled whether delegations are allowed; default true
 * @param defaultTimeout the deadline of a call that sets none; default 30 s
 * @param maxTimeout the longest deadline of a call; default 300 s
 * @param streamIdleTimeout the longest silence of a stream; default 60 s
 * @param maxHops the hops of a chain; default 5
 * @param allowRevisits whether a chain may call an agent again that is in its path; default false
 * @param maxMessageBytes the size of one serialized message, request or response; default 1 MiB
 * @param maxDelegations the open delegations per conversation: incoming ones at one instance, outgoing ones over all
 *     instances as far as they are known; default 10
 * @param maxRetries the attempts after the first one; default 3
 * @param maxReplyBytes the size of one streamed reply: all its parts and resets and the final reply; default 8 MiB
 */
public record Limits(
        Boolean enabled,
        Duration defaultTimeout,
        Duration maxTimeout,
        Duration streamIdleTimeout,
        Integer maxHops,
        Boolean allowRevisits,
        Long maxMessageBytes,
        Integer maxDelegations,
        Integer maxRetries,
        Long maxReplyBytes) {
    /**
     * The transport's limit of one message in bytes. It is higher than the mesh's, so that SizePolicy can refuse a
     * message with a typed error.
     */
    static final int TRANSPORT_BYTES = 4 << 20;
    /** The share of its remaining time that a task keeps for its own reply when it calls another agent. */
    private static final double ANSWER_MARGIN = 0.05;
    /** The upper bound of the time that a task keeps for its own reply. */
    private static final Duration MAX_ANSWER_MARGIN = Duration.ofMillis(250);
    /** The share by which a deadline may exceed the limit at a callee, because gRPC rounds deadlines on the wire. */
    private static final double TOLERATED_SHARE = 0.01;

    /** The limits of a mesh that sets none. */
    public static final Limits DEFAULT = new Limits(
            true,
            Duration.ofSeconds(30),
            Duration.ofSeconds(300),
            Duration.ofSeconds(60),
            5,
            false,
            1L << 20,
            10,
            3,
            8L << 20);

    /** The limits that narrow nothing. */
    public static final Limits NONE = new Limits(null, null, null, null, null, null, null, null, null, null);

    /** Returns limits that narrow only the hop limit. */
    public static Limits ofMaxHops(int hops) {
        return new Limits(null, null, null, null, hops, null, null, null, null, null);
    }

    /** Returns the narrower of each pair of limits. */
    Limits narrow(Limits by) {
        return new Limits(
                enabled && !Boolean.FALSE.equals(by.enabled),
                min(defaultTimeout, by.defaultTimeout),
                min(maxTimeout, by.maxTimeout),
                min(streamIdleTimeout, by.streamIdleTimeout),
                min(maxHops, by.maxHops),
                allowRevisits && !Boolean.FALSE.equals(by.allowRevisits),
                min(maxMessageBytes, by.maxMessageBytes),
                min(maxDelegations, by.maxDelegations),
                min(maxRetries, by.maxRetries),
                min(maxReplyBytes, by.maxReplyBytes));
    }

    /** Returns the smaller value. A null `b` is no bound. */
    static <T extends Comparable<T>> T min(T a, T b) {
        return b == null || a.compareTo(b) <= 0 ? a : b;
    }

    /** Converts the mesh's limits; unset fields get the default. */
    static Limits from(io.botmesh.v1.Limits message) {
        return new Limits(
                message.hasEnabled() ? message.getEnabled() : DEFAULT.enabled,
                message.hasDefaultTimeout() ? duration(message.getDefaultTimeout()) : DEFAULT.defaultTimeout,
                message.hasMaxTimeout() ? duration(message.getMaxTimeout()) : DEFAULT.maxTimeout,
                message.hasStreamIdleTimeout() ? duration(message.getStreamIdleTimeout()) : DEFAULT.streamIdleTimeout,
                message.hasMaxHops() ? count(message.getMaxHops()) : DEFAULT.maxHops,
                message.hasAllowRevisits() ? message.getAllowRevisits() : DEFAULT.allowRevisits,
                message.hasMaxMessageBytes() ? message.getMaxMessageBytes() : DEFAULT.maxMessageBytes,
                message.hasMaxDelegations() ? count(message.getMaxDelegations()) : DEFAULT.maxDelegations,
                message.hasMaxRetries() ? count(message.getMaxRetries()) : DEFAULT.maxRetries,
                message.hasMaxReplyBytes() ? message.getMaxReplyBytes() : DEFAULT.maxReplyBytes);
    }

    /** Converts a uint32; values over 2^31 - 1 become 2^31 - 1. */
    private static int count(int unsigned) {
        return unsigned < 0 ? Integer.MAX_VALUE : unsigned;
    }

    /** Converts the limits that are set, for an agent's card. */
    io.botmesh.v1.Limits toProto() {
        io.botmesh.v1.Limits.Builder builder = io.botmesh.v1.Limits.newBuilder();
        if (enabled != null) builder.setEnabled(enabled);
        if (defaultTimeout != null) builder.setDefaultTimeout(proto(defaultTimeout));
        if (maxTimeout != null) builder.setMaxTimeout(proto(maxTimeout));
        if (streamIdleTimeout != null) builder.setStreamIdleTimeout(proto(streamIdleTimeout));
        if (maxHops != null) builder.setMaxHops(maxHops);
        if (allowRevisits != null) builder.setAllowRevisits(allowRevisits);
        if (maxMessageBytes != null) builder.setMaxMessageBytes(maxMessageBytes);
        if (maxDelegations != null) builder.setMaxDelegations(maxDelegations);
        if (maxRetries != null) builder.setMaxRetries(maxRetries);
        if (maxReplyBytes != null) builder.setMaxReplyBytes(maxReplyBytes);
        return builder.build();
    }

    static Duration duration(com.google.protobuf.Duration message) {
        return Duration.ofSeconds(message.getSeconds(), message.getNanos());
    }

    static com.google.protobuf.Duration proto(Duration value) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(value.toSeconds())
                .setNanos(value.getNano())
                .build();
    }

    /** Returns the timeout of a call inside a task: the requested one, but less than the task's remaining time. */
    static Duration childTimeout(Duration remaining, Duration requested) {
        Duration margin = Duration.ofNanos((long) (remaining.toNanos() * ANSWER_MARGIN));
        return min(remaining.minus(min(margin, MAX_ANSWER_MARGIN)), requested);
    }

    /** Returns the longest deadline that a callee accepts, with the tolerance for gRPC's rounding. */
    static Duration tolerated(Duration limit) {
        return limit.plusNanos((long) (limit.toNanos() * TOLERATED_SHARE)).plusSeconds(1);
    }

    /** Formats a duration as seconds: "0.5", "300". */
    static String seconds(Duration value) {
        double seconds = value.toNanos() / 1e9;
        return seconds == Math.rint(seconds) ? String.valueOf((long) seconds) : String.valueOf(seconds);
    }
}
