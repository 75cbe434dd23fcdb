package io.botmesh;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** This process as caller and callee: its identity, its limits, its running work and its counters. */
final class Endpoint {
    final Telemetry telemetry;
    final String account;
    /** The agent that this process serves; empty for a client. */
    final String agent;

    final String instance;
    /** Whether other accounts may call this agent. */
    final boolean shared;

    final WorkTable works;
    final Stats stats = new Stats();
    /** Open delegations to this instance, by conversation. */
    final Map<String, Integer> incoming = new ConcurrentHashMap<>();

    final OutgoingDelegations outgoing;

    private final Limits environment;
    private final Limits own;
    Directory directory;
    volatile boolean draining;
    /** The mesh's limits. */
    volatile Limits ceiling = Limits.DEFAULT;
    /** The mesh's limits, narrowed by environment and agent. */
    volatile Limits limits;

    Endpoint(Telemetry telemetry, Settings settings, String agent, String instance, boolean shared, Limits own) {
        this.telemetry = telemetry;
        this.account = settings.account();
        this.agent = agent;
        this.instance = instance;
        this.shared = shared;
        this.works = new WorkTable(settings);
        this.outgoing = new OutgoingDelegations(account);
        this.environment = settings.limits();
        this.own = own;
        learn(Limits.DEFAULT);
    }

    /** Sets the mesh's limits as the ceiling. */
    void learn(Limits mesh) {
        ceiling = mesh;
        limits = mesh.narrow(environment).narrow(own);
    }

    /** Returns the name of this agent in a chain's path: account/name if the chain belongs to another account. */
    String namedIn(Chain chain) {
        return account.equals(chain.accountId()) ? agent : account + "/" + agent;
    }
}
