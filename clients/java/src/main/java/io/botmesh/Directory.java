package io.botmesh;

import io.botmesh.v1.Agent;
import io.botmesh.v1.AgentCard;
import io.botmesh.v1.Instance;
import io.botmesh.v1.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A local copy of the registry, kept up to date by WatchAgents, in which callers look up instances. Calls do not depend
 * on the registry: while it does not answer, or still warms up after a start, callers use this copy.
 */
final class Directory {
    private static final Duration SNAPSHOT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(1);

    final String account;
    final RegistryClient registry;
    final DirectoryWatch watch;
    private final DirectoryTable table;

    /**
     * Creates an empty directory. The watch begins with the first lookup.
     *
     * @param onLimits receives the mesh's limits whenever the registry sends them
     * @param onTraceEndpoint receives the mesh's endpoint for spans with each response; it may be empty
     */
    Directory(String account, RegistryClient registry, Consumer<Limits> onLimits, Consumer<String> onTraceEndpoint) {
        this.account = account;
        this.registry = registry;
        Warnings warnings = new Warnings(System.getLogger("io.botmesh"));
        table = new DirectoryTable(warnings);
        watch = new DirectoryWatch(account, registry, table, warnings, onLimits, onTraceEndpoint);
    }

    /** Sets the function that runs after each change of the copy. */
    void onChange(Runnable run) {
        watch.onChange(run);
    }

    /**
     * Waits for the first snapshot, up to 5 s or `within`, whichever is less.
     *
     * @throws BotmeshException REGISTRY_UNREACHABLE if no snapshot arrives in time, INVALID_FIELD if it is unreadable
     */
    void ready(Duration within) throws InterruptedException {
        watch.awaitSnapshot(Limits.min(within, SNAPSHOT_TIMEOUT));
    }

    /** Waits for the first snapshot, and asks the registry about the agent if the copy has no live instance of it. */
    void lookUp(String account, String target, Duration within) throws InterruptedException {
        ready(within);
        if (live(account, target).isEmpty()) {
            refresh(account, target, within);
        }
    }

    /** Asks the registry about one agent and updates the copy. If that fails the copy stays as it is. */
    void refresh(String account, String target, Duration within) throws InterruptedException {
        try {
            table.put(registry.getAgent(account, target, Limits.min(within, LOOKUP_TIMEOUT)));
        } catch (BotmeshException e) {
            return; // the copy is used as it is
        }
    }

    /** Returns the card of an agent. Throws UNKNOWN_AGENT with similar names, or NO_LIVE_INSTANCE. */
    AgentCard find(String account, String target) {
        Agent agent = get(account, target);
        if (agent == null
                || !(agent.getCard().getAccountId().equals(account)
                        || agent.getCard().getShared())) {
            throw unknownAgent(account, target);
        }
        if (live(agent).isEmpty()) {
            throw noLiveInstance(target);
        }
        return agent.getCard();
    }

    private BotmeshException unknownAgent(String account, String target) {
        List<String> ofAccount = agents().stream()
                .map(Agent::getCard)
                .filter(card -> card.getAccountId().equals(account))
                .map(AgentCard::getName)
                .toList();
        List<String> nearest = Names.nearest(target, ofAccount);
        return new BotmeshException(
                Reason.UNKNOWN_AGENT,
                "no agent '" + target + "' is registered." + Names.didYouMean(nearest),
                Map.of("nearest", String.join(",", nearest)));
    }

    static BotmeshException noLiveInstance(String target) {
        return new BotmeshException(
                Reason.NO_LIVE_INSTANCE,
                target + " is known, but no instance of it is ready: start one",
                Map.of("agent", target));
    }

    /** Returns the instances to call: the ready ones, or the busy ones if none is ready. */
    List<Instance> live(String account, String target) {
        Agent agent = get(account, target);
        return agent == null ? List.of() : live(agent);
    }

    private static List<Instance> live(Agent agent) {
        List<Instance> ready = with(agent, Readiness.READINESS_READY, Readiness.READINESS_UNSPECIFIED);
        return ready.isEmpty() ? with(agent, Readiness.READINESS_BUSY, Readiness.READINESS_BUSY) : ready;
    }

    private static List<Instance> with(Agent agent, Readiness a, Readiness b) {
        return agent.getInstancesList().stream()
                .filter(instance -> instance.getReadiness() == a || instance.getReadiness() == b)
                .toList();
    }

    /** Looks up a target, which names its account if it is an agent of another one: `account/name`. */
    private Agent get(String account, String target) {
        String named = Names.accountOf(target);
        return table.get(named.isEmpty() ? account : named, Names.nameOf(target));
    }

    /** Returns whether the copy contains the instance. */
    boolean has(String instance) {
        return table.hasInstance(instance);
    }

    /** Returns all agents of the copy, ordered by account and name. */
    List<Agent> agents() {
        return table.agents();
    }

    /** Ends the watch. */
    void close() {
        watch.close();
    }
}
