package io.botmesh;

import io.botmesh.v1.Instance;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/** The connections to instances, one per instance, and the choice among several instances. */
final class Peers {
    /** One instance, its connection and its calls in flight. */
    static final class Peer {
        final Instance instance;
        final Connection connection;
        private int inFlight;
        private long ejectedUntil = System.nanoTime();
        private boolean closing;

        private Peer(Instance instance) {
            this.instance = instance;
            this.connection = new Connection(instance.getAddress());
        }

        String id() {
            return instance.getInstanceId();
        }

        /** Connects. Throws UNREACHABLE if there is no connection within the timeout; nothing was sent then. */
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

    private final Duration ejectionTime;
    private final Map<String, Peer> known = new HashMap<>();

    /** `ejectionTime` is how long an instance that failed gets no calls while there are others. */
    Peers(Duration ejectionTime) {
        this.ejectionTime = ejectionTime;
    }

    /**
     * Chooses two instances at random and returns the one with fewer calls in flight. Ejected
     * instances and those in `avoid` are used only if there are no others.
     */
    synchronized Peer choose(List<Instance> instances, Set<String> avoid) {
        List<Instance> fresh = instances.stream()
                .filter(instance -> !avoid.contains(instance.getInstanceId()))
                .toList();
        List<Instance> healthy = fresh.stream().filter(this::isHealthy).toList();
        List<Instance> candidates = !healthy.isEmpty() ? healthy : !fresh.isEmpty() ? fresh : instances;
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int first = random.nextInt(candidates.size());
        Peer peer = get(candidates.get(first));
        if (candidates.size() == 1) {
            return peer;
        }
        Peer second = get(candidates.get((first + 1 + random.nextInt(candidates.size() - 1)) % candidates.size()));
        return second.inFlight < peer.inFlight ? second : peer;
    }

    private boolean isHealthy(Instance instance) {
        Peer peer = known.get(instance.getInstanceId());
        return peer == null || peer.ejectedUntil - System.nanoTime() <= 0;
    }

    private Peer get(Instance instance) {
        return known.computeIfAbsent(instance.getInstanceId(), id -> new Peer(instance));
    }

    synchronized void enter(Peer peer) {
        peer.inFlight++;
    }

    synchronized void leave(Peer peer) {
        peer.inFlight--;
        if (peer.closing && peer.inFlight == 0) {
            peer.connection.close();
        }
    }

    /** Ejects an instance that failed: for ejectionTime other instances are preferred. */
    synchronized void eject(Peer peer) {
        peer.ejectedUntil = System.nanoTime() + ejectionTime.toNanos();
    }

    /** Closes the connections to instances that are no longer live, once they have no calls in flight. */
    synchronized void keep(Predicate<String> live) {
        known.values().removeIf(peer -> {
            if (live.test(peer.id())) {
                return false;
            }
            peer.closing = true;
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
