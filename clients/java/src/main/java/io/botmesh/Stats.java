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

/** The counters of GetStats, since the process started. */
final class Stats {
    private static final int MAX_SAMPLES = 1000;
    private static final Duration RECENT_WINDOW = Duration.ofMinutes(1);

    private final Instant startedAt = Instant.now();
    private final Map<String, Long> incoming = new HashMap<>();
    private final Map<String, Long> outgoing = new HashMap<>();
    private final Map<String, Long> refusals = new HashMap<>();
    private final Deque<Long> latencies = new ArrayDeque<>();
    private final Deque<Long> failures = new ArrayDeque<>();

    /** Counts a finished call. */
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
        if (all.size() > MAX_SAMPLES) {
            all.remove();
        }
    }

    /** Returns the number of calls that failed here in the last minute. */
    synchronized int recentFailures() {
        failures.removeIf(at -> System.nanoTime() - at > RECENT_WINDOW.toNanos());
        return failures.size();
    }

    /** Returns the counters. The caller adds the instance id and the numbers of running calls. */
    synchronized GetStatsResponse.Builder toProto() {
        List<Long> ordered = latencies.stream().sorted().toList();
        return GetStatsResponse.newBuilder()
                .setStartedAt(Timestamp.newBuilder()
                        .setSeconds(startedAt.getEpochSecond())
                        .setNanos(startedAt.getNano()))
                .putAllIncoming(incoming)
                .putAllOutgoing(outgoing)
                .putAllRefusals(refusals)
                .setMedianLatency(percentile(ordered, 50))
                .setP95Latency(percentile(ordered, 95));
    }

    private static com.google.protobuf.Duration percentile(List<Long> ordered, int percent) {
        long nanos = ordered.isEmpty() ? 0 : ordered.get(Math.min(ordered.size() - 1, ordered.size() * percent / 100));
        return Limits.proto(Duration.ofNanos(nanos));
    }
}
