package io.botmesh;

import io.botmesh.v1.Agent;
import io.botmesh.v1.AgentCard;
import io.botmesh.v1.AgentChanges;
import io.botmesh.v1.AgentKey;
import io.botmesh.v1.Instance;
import io.botmesh.v1.Readiness;
import io.botmesh.v1.Revision;
import io.botmesh.v1.SnapshotChunk;
import io.botmesh.v1.WatchAgentsRequest;
import io.botmesh.v1.WatchAgentsResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The watched copy of the registry that callers look instances up in. The registry is on nobody's hot path: while it is
 * away, or has just started and does not know everybody yet, callers go on with this copy.
 */
final class Directory {
    private static final Duration FIRST_SNAPSHOT = Duration.ofSeconds(5);
    private static final Duration LOOK_UP = Duration.ofSeconds(1);

    private static final class Entry {
        private AgentCard card;
        private final Map<String, Instance> instances = new TreeMap<>();

        private Entry(AgentCard card) {
            this.card = card;
        }
    }

    /** What a snapshot has named, and what came after it. */
    private static final class Named {
        private final Set<String> instances = new HashSet<>();
        private final Set<String> agents = new HashSet<>();
        private boolean complete;
    }

    final String account;
    final RegistryClient registry;
    private final Consumer<Limits> onLimits;
    private final Consumer<String> onTraceEndpoint;
    private final Map<String, Entry> entries = new TreeMap<>();
    private final Map<String, String> owner = new HashMap<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile Runnable onChange = () -> {};
    private Revision revision;
    private Named named; // null: nothing is to be removed by absence
    private Thread watcher;
    private volatile boolean stopping;

    Directory(String account, RegistryClient registry, Consumer<Limits> onLimits, Consumer<String> onTraceEndpoint) {
        this.account = account;
        this.registry = registry;
        this.onLimits = onLimits;
        this.onTraceEndpoint = onTraceEndpoint;
    }

    /** Run this after every change of the copy. */
    void onChange(Runnable run) {
        onChange = run;
    }

    /** Return when there is a copy, or throw if none comes within that time. */
    void ready(Duration within) throws InterruptedException {
        synchronized (this) {
            if (watcher == null) {
                watcher = new Thread(this::watch, "botmesh-watch");
                watcher.setDaemon(true);
                watcher.start();
            }
        }
        Duration most = within.compareTo(FIRST_SNAPSHOT) < 0 ? within : FIRST_SNAPSHOT;
        if (!ready.await(most.toNanos(), TimeUnit.NANOSECONDS)) {
            throw registry.unreachable();
        }
    }

    /** Make sure that the copy is as good as the registry about one agent, as far as that takes so long. */
    void lookUp(String asking, String target, Duration within) throws InterruptedException {
        ready(within);
        if (live(asking, target).isEmpty()) {
            refresh(asking, target, within);
        }
    }

    /** Ask the registry about one agent, whatever the copy says; one that does not answer changes nothing. */
    void refresh(String asking, String target, Duration within) throws InterruptedException {
        try {
            Agent agent = registry.getAgent(asking, target, within.compareTo(LOOK_UP) < 0 ? within : LOOK_UP);
            synchronized (this) {
                put(agent.getCard());
                agent.getInstancesList().forEach(this::putInstance);
            }
        } catch (BotmeshException e) {
            return; // the copy decides
        }
    }

    /** The card of an active agent; UNKNOWN_AGENT with the nearest names, NO_LIVE_INSTANCE if nobody serves it now. */
    synchronized AgentCard find(String asking, String target) {
        Entry entry = entries.get(key(asking, target));
        if (entry == null || !(entry.card.getAccountId().equals(asking) || entry.card.getShared())) {
            List<String> mine = entries.values().stream()
                    .filter(one -> one.card.getAccountId().equals(asking))
                    .map(one -> one.card.getName())
                    .toList();
            List<String> close = Names.nearest(target, mine);
            throw new BotmeshException(
                    Reason.UNKNOWN_AGENT,
                    "no agent '" + target + "' is registered." + Names.didYouMean(close),
                    Map.of("nearest", String.join(",", close)));
        }
        if (live(asking, target).isEmpty()) {
            throw noLiveInstance(target);
        }
        return entry.card;
    }

    static BotmeshException noLiveInstance(String target) {
        return new BotmeshException(
                Reason.NO_LIVE_INSTANCE,
                target + " is known, but no instance of it is ready: start one",
                Map.of("agent", target));
    }

    /** The instances to call: the ready ones, else the busy ones. */
    synchronized List<Instance> live(String asking, String target) {
        Entry entry = entries.get(key(asking, target));
        if (entry == null) {
            return List.of();
        }
        List<Instance> ready = with(entry, Readiness.READINESS_READY, Readiness.READINESS_UNSPECIFIED);
        return ready.isEmpty() ? with(entry, Readiness.READINESS_BUSY, Readiness.READINESS_BUSY) : ready;
    }

    private static List<Instance> with(Entry entry, Readiness one, Readiness other) {
        return entry.instances.values().stream()
                .filter(found -> found.getReadiness() == one || found.getReadiness() == other)
                .toList();
    }

    /** Whether an instance holds a lease, as far as we know. */
    synchronized boolean has(String instance) {
        return owner.containsKey(instance);
    }

    /** All agents in the copy, by account and name. */
    synchronized List<Agent> agents() {
        return entries.values().stream()
                .map(entry -> Agent.newBuilder()
                        .setCard(entry.card)
                        .addAllInstances(entry.instances.values())
                        .build())
                .toList();
    }

    void close() {
        stopping = true;
        Thread watching;
        synchronized (this) {
            watching = watcher;
        }
        if (watching != null) {
            watching.interrupt();
        }
    }

    private void watch() {
        long pause = Registration.BACKOFF_LEAST;
        while (!stopping) {
            WatchAgentsRequest.Builder request = WatchAgentsRequest.newBuilder().setAccountId(account);
            synchronized (this) {
                named = null;
                if (revision != null) {
                    request.setSince(revision);
                }
            }
            Watched watched = new Watched();
            registry.streams().watchAgents(request.build(), watched);
            try {
                watched.over.await();
                pause = watched.heard ? Registration.BACKOFF_LEAST : pause;
                Thread.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause));
            } catch (InterruptedException e) {
                return; // stopping
            }
            pause = Math.min(Registration.BACKOFF_MOST, pause * 2);
        }
    }

    private final class Watched implements StreamObserver<WatchAgentsResponse> {
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile boolean heard;

        @Override
        public void onNext(WatchAgentsResponse response) {
            heard = true;
            apply(response);
        }

        @Override
        public void onError(Throwable error) {
            over.countDown();
        }

        @Override
        public void onCompleted() {
            over.countDown();
        }
    }

    /** Take in one step of the watch. */
    private void apply(WatchAgentsResponse response) {
        if (response.hasLimits()) {
            onLimits.accept(Limits.from(response.getLimits()));
        }
        onTraceEndpoint.accept(response.getTraceEndpoint());
        synchronized (this) {
            if (response.hasSnapshot()) {
                applySnapshot(response.getSnapshot());
            }
            if (response.hasChanges()) {
                applyChanges(response.getChanges(), response.getWarming());
            }
            if (named != null && named.complete && !response.getWarming()) {
                dropUnnamed();
            }
            revision = response.getRevision();
        }
        onChange.run();
    }

    private void applySnapshot(SnapshotChunk snapshot) {
        if (named == null || named.complete) {
            named = new Named();
        }
        snapshot.getCardsList().forEach(this::put);
        snapshot.getInstancesList().forEach(this::putInstance);
        if (snapshot.getComplete()) {
            named.complete = true;
            ready.countDown();
        }
    }

    private void applyChanges(AgentChanges changes, boolean warming) {
        changes.getCardsList().forEach(this::put);
        changes.getInstancesList().forEach(this::putInstance);
        changes.getRemovedInstancesList().forEach(this::removeInstance);
        if (!warming) {
            for (AgentKey gone : changes.getRemovedAgentsList()) {
                entries.remove(gone.getAccountId() + "/" + gone.getName());
            }
        }
    }

    private void put(AgentCard card) {
        String name = card.getAccountId() + "/" + card.getName();
        entries.computeIfAbsent(name, missing -> new Entry(card)).card = card;
        if (named != null) {
            named.agents.add(name);
        }
    }

    private void putInstance(Instance instance) {
        String name = instance.getAccountId() + "/" + instance.getAgent();
        Entry entry = entries.computeIfAbsent(
                name,
                missing -> new Entry(AgentCard.newBuilder()
                        .setAccountId(instance.getAccountId())
                        .setName(instance.getAgent())
                        .build()));
        entry.instances.put(instance.getInstanceId(), instance);
        owner.put(instance.getInstanceId(), name);
        if (named != null) {
            named.instances.add(instance.getInstanceId());
        }
    }

    private void removeInstance(String id) {
        Entry entry = entries.get(owner.getOrDefault(id, ""));
        owner.remove(id);
        if (entry != null) {
            entry.instances.remove(id);
        }
    }

    /** A snapshot is complete and its registry warm: what it did not name is gone. */
    private void dropUnnamed() {
        for (String id : new ArrayList<>(owner.keySet())) {
            if (!named.instances.contains(id)) {
                removeInstance(id);
            }
        }
        entries.keySet().retainAll(named.agents);
        named = null;
    }

    private static String key(String asking, String target) {
        String account = Names.accountOf(target);
        return (account.isEmpty() ? asking : account) + "/" + Names.nameOf(target);
    }
}
