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
 * A local copy of the registry, kept up to date by WatchAgents, in which callers look up instances. Calls do not depend
 * on the registry: while it does not answer, or is still warming up after a start, they use this copy.
 */
final class Directory {
    private static final Duration SNAPSHOT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LOOK_UP_TIMEOUT = Duration.ofSeconds(1);
    private static final Logger LOG = System.getLogger("io.botmesh");
    /** The number of warnings that are remembered, so that each is logged once. */
    private static final int MAX_WARNINGS = 1_000;

    private static final class Entry {
        private AgentCard card;
        private final Map<String, Instance> instances = new TreeMap<>();

        private Entry(AgentCard card) {
            this.card = card;
        }
    }

    /** The ids that a snapshot and the changes after it contain; everything else can be removed once it is complete. */
    private static final class SnapshotIds {
        private final Set<String> instances = new HashSet<>();
        private final Set<String> agents = new HashSet<>();
        private boolean complete;
        /** Whether a chunk could not be parsed: it may contain what the other chunks do not. */
        private boolean incomplete;
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
    private SnapshotIds snapshotIds; // null: a missing id removes nothing
    private final Set<String> warned = new HashSet<>();
    /**
     * Whether a response could not be parsed, so that the copy is incomplete: the next watch asks for a whole snapshot.
     */
    private boolean incomplete;
    /** Why the last response could not be applied; empty if all could. */
    private volatile String unreadable = "";

    private Thread watcher;
    private volatile boolean stopping;

    Directory(String account, RegistryClient registry, Consumer<Limits> onLimits, Consumer<String> onTraceEndpoint) {
        this.account = account;
        this.registry = registry;
        this.onLimits = onLimits;
        this.onTraceEndpoint = onTraceEndpoint;
    }

    /** Sets the function that runs after each change of the copy. */
    void onChange(Runnable run) {
        onChange = run;
    }

    /**
     * Waits for the first snapshot; throws REGISTRY_UNREACHABLE or INVALID_FIELD if there is none within 5 s or
     * `within`.
     */
    void ready(Duration within) throws InterruptedException {
        synchronized (this) {
            if (watcher == null) {
                watcher = new Thread(this::watch, "botmesh-watch");
                watcher.setDaemon(true);
                watcher.start();
            }
        }
        Duration timeout = within.compareTo(SNAPSHOT_TIMEOUT) < 0 ? within : SNAPSHOT_TIMEOUT;
        if (!ready.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw unreadable.isEmpty() ? registry.unreachable() : registry.unreadable(unreadable);
        }
    }

    /** Waits for the first snapshot, and asks the registry about the agent if the copy has no live instance of it. */
    void lookUp(String account, String target, Duration within) throws InterruptedException {
        ready(within);
        if (live(account, target).isEmpty()) {
            refresh(account, target, within);
        }
    }

    /** Asks the registry about one agent and updates the copy; a failed call changes nothing. */
    void refresh(String account, String target, Duration within) throws InterruptedException {
        try {
            Agent agent = registry.getAgent(
                    account, target, within.compareTo(LOOK_UP_TIMEOUT) < 0 ? within : LOOK_UP_TIMEOUT);
            synchronized (this) {
                putCards(List.of(agent.getCard()));
                putInstances(agent.getInstancesList());
            }
        } catch (BotmeshException e) {
            return; // the copy is used as it is
        }
    }

    /** Returns the card of an agent. Throws UNKNOWN_AGENT with similar names, or NO_LIVE_INSTANCE. */
    synchronized AgentCard find(String account, String target) {
        Entry entry = entries.get(key(account, target));
        if (entry == null || !(entry.card.getAccountId().equals(account) || entry.card.getShared())) {
            List<String> mine = entries.values().stream()
                    .filter(known -> known.card.getAccountId().equals(account))
                    .map(known -> known.card.getName())
                    .toList();
            List<String> close = Names.nearest(target, mine);
            throw new BotmeshException(
                    Reason.UNKNOWN_AGENT,
                    "no agent '" + target + "' is registered." + Names.didYouMean(close),
                    Map.of("nearest", String.join(",", close)));
        }
        if (live(account, target).isEmpty()) {
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

    /** Returns the instances to call: the ready ones, or the busy ones if none is ready. */
    synchronized List<Instance> live(String account, String target) {
        Entry entry = entries.get(key(account, target));
        if (entry == null) {
            return List.of();
        }
        List<Instance> ready = with(entry, Readiness.READINESS_READY, Readiness.READINESS_UNSPECIFIED);
        return ready.isEmpty() ? with(entry, Readiness.READINESS_BUSY, Readiness.READINESS_BUSY) : ready;
    }

    private static List<Instance> with(Entry entry, Readiness a, Readiness b) {
        return entry.instances.values().stream()
                .filter(instance -> instance.getReadiness() == a || instance.getReadiness() == b)
                .toList();
    }

    /** Whether the copy contains the instance. */
    synchronized boolean has(String instance) {
        return owner.containsKey(instance);
    }

    /** Returns all agents of the copy, ordered by account and name. */
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

    /** Watches until close; failures are logged and the watch is repeated with a backoff. */
    private void watch() {
        long pause = Registration.MIN_BACKOFF_MILLIS;
        while (!stopping) {
            try {
                pause = watchOnce() ? Registration.MIN_BACKOFF_MILLIS : pause;
            } catch (InterruptedException e) {
                return; // close() was called
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

    /** Watches until the stream ends; returns whether any response arrived. */
    private boolean watchOnce() throws InterruptedException {
        WatchAgentsRequest.Builder request = WatchAgentsRequest.newBuilder().setAccountId(account);
        synchronized (this) {
            snapshotIds = null;
            if (!incomplete) {
                request.setSince(revision);
            }
            incomplete = false;
        }
        CountDownLatch over = new CountDownLatch(1);
        AtomicBoolean answered = new AtomicBoolean();
        registry.watch(
                request.build(),
                bytes -> {
                    answered.set(true);
                    take(bytes);
                },
                over::countDown);
        over.await();
        if (!answered.get()) {
            unreadable = ""; // the registry does not answer any more
        }
        return answered.get();
    }

    /** Parses and applies one response of the watch; one that cannot be parsed is skipped with a warning. */
    void take(byte[] bytes) {
        try {
            apply(Fields.parse(WatchAgentsResponse.parser(), bytes, "response", "a response of WatchAgents"));
        } catch (RuntimeException | StackOverflowError e) {
            synchronized (this) {
                incomplete = true;
                if (snapshotIds == null) {
                    snapshotIds = new SnapshotIds();
                }
                snapshotIds.incomplete = true;
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
            if (snapshotIds != null && snapshotIds.complete && snapshotIds.incomplete) {
                snapshotIds = null; // the skipped chunk may contain anything that is missing here
            } else if (snapshotIds != null && snapshotIds.complete && !response.getWarming()) {
                dropUnnamed();
            }
            revision = response.getRevision();
        }
        onChange.run();
    }

    private void applySnapshot(SnapshotChunk snapshot) {
        if (snapshotIds == null || snapshotIds.complete) {
            snapshotIds = new SnapshotIds();
        }
        putCards(snapshot.getCardsList());
        putInstances(snapshot.getInstancesList());
        if (snapshot.getComplete()) {
            snapshotIds.complete = true;
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

    /** Stores the valid cards. */
    private void putCards(List<AgentCard> cards) {
        for (AgentCard card : cards) {
            String name = card.getAccountId() + "/" + card.getName();
            if (isUsable(card.getName() + "'s card", card)) {
                entries.computeIfAbsent(name, missing -> new Entry(card)).card = card;
            }
            if (snapshotIds != null) {
                snapshotIds.agents.add(name); // the agent exists, even if its card is invalid
            }
        }
    }

    /** Stores the valid instances. */
    private void putInstances(List<Instance> instances) {
        for (Instance instance : instances) {
            if (isUsable("an instance of " + instance.getAgent(), instance)) {
                putInstance(instance);
            } else if (snapshotIds != null) {
                snapshotIds.instances.add(instance.getInstanceId());
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
            if (warned.size() >= MAX_WARNINGS) {
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
        if (snapshotIds != null) {
            snapshotIds.instances.add(instance.getInstanceId());
        }
    }

    private void removeInstance(String id) {
        Entry entry = entries.get(owner.getOrDefault(id, ""));
        owner.remove(id);
        if (entry != null) {
            entry.instances.remove(id);
        }
    }

    /** Removes what a complete snapshot of a warm registry did not contain. */
    private void dropUnnamed() {
        for (String id : new ArrayList<>(owner.keySet())) {
            if (!snapshotIds.instances.contains(id)) {
                removeInstance(id);
            }
        }
        entries.keySet().retainAll(snapshotIds.agents);
        snapshotIds = null;
    }

    private static String key(String account, String target) {
        String owner = Names.accountOf(target);
        return (owner.isEmpty() ? account : owner) + "/" + Names.nameOf(target);
    }
}
