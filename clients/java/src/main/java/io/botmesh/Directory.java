package io.botmesh;

import com.google.protobuf.Message;
import io.botmesh.v1.Agent;
import io.botmesh.v1.AgentCard;
import io.botmesh.v1.AgentChanges;
import io.botmesh.v1.AgentKey;
import io.botmesh.v1.Instance;
import io.botmesh.v1.Readiness;
import io.botmesh.v1.SnapshotChunk;
import io.botmesh.v1.WatchAgentsRequest;
import io.botmesh.v1.WatchAgentsResponse;
import java.lang.System.Logger;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The watched copy of the registry that callers look instances up in. The registry is on nobody's hot path: while it is
 * away, or has just started and does not know everybody yet, callers go on with this copy.
 */
final class Directory {
    private static final Duration FIRST_SNAPSHOT = Duration.ofSeconds(5);
    private static final Duration LOOK_UP_TIMEOUT = Duration.ofSeconds(1);
    private static final Logger LOG = System.getLogger("io.botmesh");
    /** Warnings that are remembered, so that each is given once. */
    private static final int WARNINGS = 1_000;

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
        /** Whether a piece of it could not be read: what the others do not name may have been in that one. */
        private boolean torn;
    }

    final String account;
    final RegistryClient registry;
    private final Consumer<Limits> onLimits;
    private final Consumer<String> onTraceEndpoint;
    private final Map<String, Entry> entries = new TreeMap<>();
    private final Map<String, String> owner = new HashMap<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile Runnable onChange = () -> {};
    private String revision = "";
    private Named named; // null: nothing is to be removed by absence
    private final Set<String> warned = new HashSet<>();
    /** A response could not be read, so that the copy lacks what it said: the next watch begins anew. */
    private boolean torn;
    /** Why the copy could not be taken in; empty: nobody knows of a reason. */
    private volatile String unreadable = "";

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
            throw unreadable.isEmpty() ? registry.unreachable() : registry.unreadable(unreadable);
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
            Agent agent =
                    registry.getAgent(asking, target, within.compareTo(LOOK_UP_TIMEOUT) < 0 ? within : LOOK_UP_TIMEOUT);
            synchronized (this) {
                putCards(List.of(agent.getCard()));
                putInstances(agent.getInstancesList());
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

    /** Watch until this closes: whatever happens is logged and tried again. */
    private void watch() {
        long pause = Registration.MIN_BACKOFF_MILLIS;
        while (!stopping) {
            try {
                pause = watchOnce() ? Registration.MIN_BACKOFF_MILLIS : pause;
            } catch (InterruptedException e) {
                return; // stopping
            } catch (Throwable e) {
                if (Threads.isFatal(e)) {
                    throw e;
                }
                LOG.log(Logger.Level.WARNING, "the watch of the registry failed; it begins again", e);
            }
            try {
                Thread.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause));
            } catch (InterruptedException e) {
                return;
            }
            pause = Math.min(Registration.MAX_BACKOFF_MILLIS, pause * 2);
        }
    }

    /** Watch until the stream ends; whether anything came. */
    private boolean watchOnce() throws InterruptedException {
        WatchAgentsRequest.Builder request = WatchAgentsRequest.newBuilder().setAccountId(account);
        synchronized (this) {
            named = null;
            if (!torn) {
                request.setSince(revision);
            }
            torn = false;
        }
        CountDownLatch over = new CountDownLatch(1);
        AtomicBoolean heard = new AtomicBoolean();
        registry.watch(
                request.build(),
                bytes -> {
                    heard.set(true);
                    take(bytes);
                },
                over::countDown);
        over.await();
        if (!heard.get()) {
            unreadable = ""; // it does not answer any more
        }
        return heard.get();
    }

    /** Take in one step of the watch, as far as it can be used. */
    void take(byte[] bytes) {
        try {
            apply(Fields.parse(WatchAgentsResponse.parser(), bytes, "response", "a response of WatchAgents"));
        } catch (RuntimeException | StackOverflowError e) {
            synchronized (this) {
                torn = true;
                if (named == null) {
                    named = new Named();
                }
                named.torn = true;
            }
            unreadable = e instanceof BotmeshException ? e.getMessage() : e.toString();
            warnOnce("skipped a response of the registry at " + registry.address + ": " + unreadable);
        }
    }

    private void apply(WatchAgentsResponse response) {
        if (response.hasLimits() && isUsable("the mesh's limits", response.getLimits())) {
            onLimits.accept(Limits.from(response.getLimits()));
        }
        try {
            onTraceEndpoint.accept(response.getTraceEndpoint());
        } catch (RuntimeException e) {
            warnOnce("no spans go to where the mesh says: " + e.getMessage());
        }
        synchronized (this) {
            if (response.hasSnapshot()) {
                applySnapshot(response.getSnapshot());
            }
            if (response.hasChanges()) {
                applyChanges(response.getChanges(), response.getWarming());
            }
            if (named != null && named.complete && named.torn) {
                named = null; // nothing is gone by not being named
            } else if (named != null && named.complete && !response.getWarming()) {
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
        putCards(snapshot.getCardsList());
        putInstances(snapshot.getInstancesList());
        if (snapshot.getComplete()) {
            named.complete = true;
            ready.countDown();
        }
    }

    private void applyChanges(AgentChanges changes, boolean warming) {
        putCards(changes.getCardsList());
        putInstances(changes.getInstancesList());
        changes.getRemovedInstancesList().forEach(this::removeInstance);
        if (!warming) {
            for (AgentKey gone : changes.getRemovedAgentsList()) {
                entries.remove(gone.getAccountId() + "/" + gone.getName());
            }
        }
    }

    /** Cards that can be used; any other leaves the copy as it is. */
    private void putCards(List<AgentCard> cards) {
        for (AgentCard card : cards) {
            String name = card.getAccountId() + "/" + card.getName();
            if (isUsable(card.getName() + "'s card", card)) {
                entries.computeIfAbsent(name, missing -> new Entry(card)).card = card;
            }
            if (named != null) {
                named.agents.add(name); // it is there, whatever it says
            }
        }
    }

    /** Instances that can be used; any other leaves the copy as it is. */
    private void putInstances(List<Instance> instances) {
        for (Instance instance : instances) {
            if (isUsable("an instance of " + instance.getAgent(), instance)) {
                putInstance(instance);
            } else if (named != null) {
                named.instances.add(instance.getInstanceId());
            }
        }
    }

    private boolean isUsable(String what, Message message) {
        try {
            Fields.check(message);
            return true;
        } catch (BotmeshException e) {
            warnOnce("left out " + Names.shown(what) + ": " + e.getMessage());
            return false;
        }
    }

    private void warnOnce(String text) {
        boolean isNew;
        synchronized (this) {
            if (warned.size() >= WARNINGS) {
                warned.clear();
            }
            isNew = warned.add(text);
        }
        if (isNew) {
            LOG.log(Logger.Level.WARNING, text);
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
