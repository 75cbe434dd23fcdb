package io.botmesh;

import java.time.Duration;

/**
 * What the policies allow. The mesh's limits are the ceiling: environment, agent and call narrow them, nothing widens
 * them. In a set that narrows, null leaves a limit as it is.
 *
 * @param enabled whether delegations are allowed at all; default true
 * @param defaultTimeout of a call without a deadline; default 30 s
 * @param maxTimeout the longest deadline of a call; default 300 s
 * @param streamIdleTimeout how long a stream may be silent; default 60 s
 * @param maxHops in a chain; default 5
 * @param allowRevisits whether an agent that stands in the path may be asked again; default false
 * @param maxMessageBytes of one serialized message, either way; default 1 MiB
 * @param maxDelegations open at once per conversation at one instance; default 10
 * @param maxRetries further attempts after one failed to reach its target; default 3
 * @param maxReplyBytes of one streamed reply, all its pieces, resets and its end together; default 8 MiB
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
    /** What the transport takes, so that a message over the limit can be refused with its size and reason. */
    static final int TRANSPORT_BYTES = 4 << 20;
    /** The share of its time that a parent keeps to answer in when it asks a child ... */
    private static final double ANSWER_MARGIN = 0.05;
    /** ... and the most of it. */
    private static final Duration MAX_ANSWER_MARGIN = Duration.ofMillis(250);
    /** gRPC rounds deadlines on the wire: a callee takes one that is this much over the limit. */
    private static final double TOLERATED_SHARE = 0.01;

    /** Those of a mesh that says nothing else. */
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

    /** A set that says nothing. */
    public static final Limits NONE = new Limits(null, null, null, null, null, null, null, null, null, null);

    /** A set that says only how many hops a chain may have. */
    public static Limits ofMaxHops(int hops) {
        return new Limits(null, null, null, null, hops, null, null, null, null, null);
    }

    /** These limits where the other is wider or silent, the other's where it is narrower. */
    Limits narrow(Limits by) {
        return new Limits(
                enabled && !Boolean.FALSE.equals(by.enabled),
                least(defaultTimeout, by.defaultTimeout),
                least(maxTimeout, by.maxTimeout),
                least(streamIdleTimeout, by.streamIdleTimeout),
                least(maxHops, by.maxHops),
                allowRevisits && !Boolean.FALSE.equals(by.allowRevisits),
                least(maxMessageBytes, by.maxMessageBytes),
                least(maxDelegations, by.maxDelegations),
                least(maxRetries, by.maxRetries),
                least(maxReplyBytes, by.maxReplyBytes));
    }

    private static <T extends Comparable<T>> T least(T one, T other) {
        return other == null || one.compareTo(other) <= 0 ? one : other;
    }

    /** The mesh's limits as it announces them; the default where it is silent. */
    static Limits from(io.botmesh.v1.Limits given) {
        return new Limits(
                given.hasEnabled() ? given.getEnabled() : DEFAULT.enabled,
                given.hasDefaultTimeout() ? duration(given.getDefaultTimeout()) : DEFAULT.defaultTimeout,
                given.hasMaxTimeout() ? duration(given.getMaxTimeout()) : DEFAULT.maxTimeout,
                given.hasStreamIdleTimeout() ? duration(given.getStreamIdleTimeout()) : DEFAULT.streamIdleTimeout,
                given.hasMaxHops() ? count(given.getMaxHops()) : DEFAULT.maxHops,
                given.hasAllowRevisits() ? given.getAllowRevisits() : DEFAULT.allowRevisits,
                given.hasMaxMessageBytes() ? given.getMaxMessageBytes() : DEFAULT.maxMessageBytes,
                given.hasMaxDelegations() ? count(given.getMaxDelegations()) : DEFAULT.maxDelegations,
                given.hasMaxRetries() ? count(given.getMaxRetries()) : DEFAULT.maxRetries,
                given.hasMaxReplyBytes() ? given.getMaxReplyBytes() : DEFAULT.maxReplyBytes);
    }

    /** An unsigned number, or the most that Java's int holds. */
    private static int count(int unsigned) {
        return unsigned < 0 ? Integer.MAX_VALUE : unsigned;
    }

    /** The limits that are said, for an agent's card. */
    io.botmesh.v1.Limits toProto() {
        io.botmesh.v1.Limits.Builder made = io.botmesh.v1.Limits.newBuilder();
        if (enabled != null) made.setEnabled(enabled);
        if (defaultTimeout != null) made.setDefaultTimeout(proto(defaultTimeout));
        if (maxTimeout != null) made.setMaxTimeout(proto(maxTimeout));
        if (streamIdleTimeout != null) made.setStreamIdleTimeout(proto(streamIdleTimeout));
        if (maxHops != null) made.setMaxHops(maxHops);
        if (allowRevisits != null) made.setAllowRevisits(allowRevisits);
        if (maxMessageBytes != null) made.setMaxMessageBytes(maxMessageBytes);
        if (maxDelegations != null) made.setMaxDelegations(maxDelegations);
        if (maxRetries != null) made.setMaxRetries(maxRetries);
        if (maxReplyBytes != null) made.setMaxReplyBytes(maxReplyBytes);
        return made.build();
    }

    static Duration duration(com.google.protobuf.Duration given) {
        return Duration.ofSeconds(given.getSeconds(), given.getNanos());
    }

    static com.google.protobuf.Duration proto(Duration given) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(given.toSeconds())
                .setNanos(given.getNano())
                .build();
    }

    /** What a child gets of its parent's remaining time: a little less, or what was asked if that is less. */
    static Duration childTimeout(Duration remaining, Duration asked) {
        Duration margin = Duration.ofNanos((long) (remaining.toNanos() * ANSWER_MARGIN));
        return least(remaining.minus(least(margin, MAX_ANSWER_MARGIN)), asked);
    }

    /** The longest deadline that a callee takes, gRPC's rounding allowed for. */
    static Duration tolerated(Duration most) {
        return most.plusNanos((long) (most.toNanos() * TOLERATED_SHARE)).plusSeconds(1);
    }

    /** A duration as seconds, for people and for facts: "0.5", "300". */
    static String seconds(Duration value) {
        double seconds = value.toNanos() / 1e9;
        return seconds == Math.rint(seconds) ? String.valueOf((long) seconds) : String.valueOf(seconds);
    }
}
