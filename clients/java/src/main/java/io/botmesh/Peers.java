package io.botmesh;

import io.botmesh.v1.Instance;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/** Connections to instances: one each, reused, and which of several to take. */
final class Peers {
    /** One instance that this process calls. */
    static final class Peer {
        final Instance instance;
        final Connection connection;
        private int inFlight;
        private long asideUntil = System.nanoTime();
        private boolean leaving;

        private Peer(Instance instance) {
            this.instance = instance;
            this.connection = new Connection(instance.getAddress());
        }

        String id() {
            return instance.getInstanceId();
        }

        /** Return when the connection stands; UNREACHABLE if it cannot be made in time: nothing was sent. */
        void connect(Duration timeout) throws InterruptedException {
            if (!connection.connect(timeout)) {
                throw new BotmeshException(
                        Reason.UNREACHABLE,
                        instance.getAgent() + " at " + instance.getAddress()
                                + ": no connection could be made; nothing was sent",
                        Map.of("address", instance.getAddress()));
            }
        }
    }

    private final Duration aside;
    private final Map<String, Peer> known = new HashMap<>();

    /** `aside`: how long a failing instance is left alone while there are others. */
    Peers(Duration aside) {
        this.aside = aside;
    }

    /**
     * The one with the fewest calls in flight of two random ones. Those that failed of late, and those to avoid, are taken
     * only if there are no others.
     */
    synchronized Peer choose(List<Instance> instances, Set<String> avoid) {
        List<Instance> fresh = instances.stream()
                .filter(one -> !avoid.contains(one.getInstanceId()))
                .toList();
        List<Instance> healthy = fresh.stream().filter(this::isHealthy).toList();
        List<Instance> candidates = !healthy.isEmpty() ? healthy : !fresh.isEmpty() ? fresh : instances;
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int first = random.nextInt(candidates.size());
        Peer one = get(candidates.get(first));
        if (candidates.size() == 1) {
            return one;
        }
        Peer other = get(candidates.get((first + 1 + random.nextInt(candidates.size() - 1)) % candidates.size()));
        return other.inFlight < one.inFlight ? other : one;
    }

    private boolean isHealthy(Instance instance) {
        Peer peer = known.get(instance.getInstanceId());
        return peer == null || peer.asideUntil - System.nanoTime() <= 0;
    }

    private Peer get(Instance instance) {
        return known.computeIfAbsent(instance.getInstanceId(), id -> new Peer(instance));
    }

    synchronized void enter(Peer peer) {
        peer.inFlight++;
    }

    synchronized void leave(Peer peer) {
        peer.inFlight--;
        if (peer.leaving && peer.inFlight == 0) {
            peer.connection.close();
        }
    }

    /** It failed: prefer others for a while. */
    synchronized void setAside(Peer peer) {
        peer.asideUntil = System.nanoTime() + aside.toNanos();
    }

    /** Close connections to instances that are no longer live, as soon as nothing is in flight. */
    synchronized void keep(Predicate<String> live) {
        known.values().removeIf(peer -> {
            if (live.test(peer.id())) {
                return false;
            }
            peer.leaving = true;
            if (peer.inFlight == 0) {
                peer.connection.close();
            }
            return true;
        });
    }

    synchronized void close() {
        known.values().forEach(peer -> peer.connection.close());
        known.clear();
    }
}
