package io.botmesh;

import com.google.protobuf.Timestamp;
import io.botmesh.v1.GetStatsResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What GetStats answers: counts since the process started. */
final class Stats {
    private static final int KEPT = 1000;
    private static final Duration RECENT = Duration.ofMinutes(1);

    private final Instant startedAt = Instant.now();
    private final Map<String, Long> incoming = new HashMap<>();
    private final Map<String, Long> outgoing = new HashMap<>();
    private final Map<String, Long> refusals = new HashMap<>();
    private final Deque<Long> latencies = new ArrayDeque<>();
    private final Deque<Long> failures = new ArrayDeque<>();

    /** Count a work call that is over. */
    synchronized void record(Call call) {
        BotmeshException error = call.error;
        String code = error == null ? "OK" : error.code().name();
        (call.atCaller ? outgoing : incoming).merge(code, 1L, Long::sum);
        if (error != null && !error.started() && !error.fromPeer()) {
            refusals.merge(error.reason().wireName(), 1L, Long::sum);
        } else if (!call.atCaller) {
            keep(latencies, System.nanoTime() - call.began);
            if (error != null) {
                keep(failures, System.nanoTime());
            }
        }
    }

    private static void keep(Deque<Long> all, long value) {
        all.add(value);
        if (all.size() > KEPT) {
            all.remove();
        }
    }

    /** Work calls that failed here in the last minute. */
    synchronized int recentFailures() {
        failures.removeIf(at -> System.nanoTime() - at > RECENT.toNanos());
        return failures.size();
    }

    /** As the contract's message, without what only the agent knows. */
    synchronized GetStatsResponse.Builder toProto() {
        List<Long> ordered = latencies.stream().sorted().toList();
        return GetStatsResponse.newBuilder()
                .setStartedAt(Timestamp.newBuilder()
                        .setSeconds(startedAt.getEpochSecond())
                        .setNanos(startedAt.getNano()))
                .putAllIncoming(incoming)
                .putAllOutgoing(outgoing)
                .putAllRefusals(refusals)
                .setMedianLatency(share(ordered, 50))
                .setP95Latency(share(ordered, 95));
    }

    private static com.google.protobuf.Duration share(List<Long> ordered, int percent) {
        long nanos = ordered.isEmpty() ? 0 : ordered.get(Math.min(ordered.size() - 1, ordered.size() * percent / 100));
        return Limits.proto(Duration.ofNanos(nanos));
    }
}
