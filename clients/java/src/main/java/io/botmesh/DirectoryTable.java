package io.botmesh;

import com.google.protobuf.Message;
import io.botmesh.v1.Agent;
import io.botmesh.v1.AgentCard;
import io.botmesh.v1.AgentChanges;
import io.botmesh.v1.AgentKey;
import io.botmesh.v1.Instance;
import io.botmesh.v1.SnapshotChunk;
import io.botmesh.v1.WatchAgentsResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The cards and instances that the registry has reported, by agent. Snapshots, changes and single agents update it.
 * Cards and instances with invalid fields are left out with a warning. Thread-safe.
 */
final class DirectoryTable {
    private static final class Entry {
        private AgentCard card;
        private final Map<String, Instance> instances = new TreeMap<>();
        /** The card and instances as one message; null after a change, so that it is not built for each call. */
        private Agent agent;

        private Entry(AgentCard card) {
            this.card = card;
        }

        private void putCard(AgentCard card) {
            this.card = card;
            agent = null;
        }

        private void putInstance(Instance instance) {
            instances.put(instance.getInstanceId(), instance);
            agent = null;
        }

        private void removeInstance(String id) {
            instances.remove(id);
            agent = null;
        }

        private Agent agent() {
            if (agent == null) {
                agent = Agent.newBuilder()
                        .setCard(card)
                        .addAllInstances(instances.values())
                        .build();
            }
            return agent;
        }
    }

    /** The ids that a snapshot and the changes after it contain. What it does not contain is removed at its end. */
    private static final class Snapshot {
        private final Set<String> instances = new HashSet<>();
        private final Set<String> agents = new HashSet<>();
        private boolean complete;
        /** Whether a chunk could not be parsed. It may contain what the other chunks do not, so nothing is removed. */
        private boolean damaged;
    }

    private final Warnings warnings;
    private final Map<String, Entry> entries = new TreeMap<>();
    /** The key of the agent of each instance id. */
    private final Map<String, String> agentOfInstance = new HashMap<>();

    private String revision = "";
    /** The snapshot that is being received; null if none is, so that a missing id removes nothing. */
    private Snapshot snapshot;
    /** Whether the last watch skipped a response, so that the next watch must ask for a whole snapshot. */
    private boolean damaged;

    private boolean hasSnapshot;

    DirectoryTable(Warnings warnings) {
        this.warnings = warnings;
    }

    /** Prepares for a new watch. Returns the revision after which it continues; empty to get a whole snapshot. */
    synchronized String beginWatch() {
        String since = damaged ? "" : revision;
        snapshot = null;
        damaged = false;
        return since;
    }

    /** Applies the snapshot chunk and the changes of a response, and stores its revision. */
    synchronized void apply(WatchAgentsResponse response) {
        if (response.hasSnapshot()) {
            applySnapshot(response.getSnapshot());
        }
        if (response.hasChanges()) {
            applyChanges(response.getChanges(), response.getWarming());
        }
        if (snapshot != null && snapshot.complete && snapshot.damaged) {
            snapshot = null;
        } else if (snapshot != null && snapshot.complete && !response.getWarming()) {
            removeMissing();
        }
        revision = response.getRevision();
    }

    /** Records that a response was skipped: the table may miss its content until the next whole snapshot. */
    synchronized void skip() {
        damaged = true;
        if (snapshot == null) {
            snapshot = new Snapshot();
        }
        snapshot.damaged = true;
    }

    /** Stores one agent with its instances. */
    synchronized void put(Agent agent) {
        putCards(List.of(agent.getCard()));
        putInstances(agent.getInstancesList());
    }

    /** Returns whether a whole snapshot has been applied. */
    synchronized boolean hasSnapshot() {
        return hasSnapshot;
    }

    /** Returns the agent with its instances; null if it is unknown. */
    synchronized Agent get(String account, String name) {
        Entry entry = entries.get(key(account, name));
        return entry == null ? null : entry.agent();
    }

    /** Returns all agents, ordered by account and name. */
    synchronized List<Agent> agents() {
        return entries.values().stream().map(Entry::agent).toList();
    }

    synchronized boolean hasInstance(String id) {
        return agentOfInstance.containsKey(id);
    }

    private void applySnapshot(SnapshotChunk chunk) {
        if (snapshot == null || snapshot.complete) {
            snapshot = new Snapshot();
        }
        putCards(chunk.getCardsList());
        putInstances(chunk.getInstancesList());
        if (chunk.getComplete()) {
            snapshot.complete = true;
            hasSnapshot = true;
        }
    }

    private void applyChanges(AgentChanges changes, boolean warming) {
        putCards(changes.getCardsList());
        putInstances(changes.getInstancesList());
        changes.getRemovedInstancesList().forEach(this::removeInstance);
        if (!warming) {
            for (AgentKey removed : changes.getRemovedAgentsList()) {
                entries.remove(key(removed.getAccountId(), removed.getName()));
            }
        }
    }

    private void putCards(List<AgentCard> cards) {
        for (AgentCard card : cards) {
            String key = key(card.getAccountId(), card.getName());
            if (isValid(card.getName() + "'s card", card)) {
                entries.computeIfAbsent(key, missing -> new Entry(card)).putCard(card);
            }
            if (snapshot != null) {
                snapshot.agents.add(key); // the agent exists, even if its card is invalid
            }
        }
    }

    private void putInstances(List<Instance> instances) {
        for (Instance instance : instances) {
            if (isValid("an instance of " + instance.getAgent(), instance)) {
                putInstance(instance);
            }
            if (snapshot != null) {
                snapshot.instances.add(instance.getInstanceId()); // the instance exists, even if it is invalid
            }
        }
    }

    private void putInstance(Instance instance) {
        String key = key(instance.getAccountId(), instance.getAgent());
        Entry entry = entries.computeIfAbsent(
                key,
                missing -> new Entry(AgentCard.newBuilder()
                        .setAccountId(instance.getAccountId())
                        .setName(instance.getAgent())
                        .build()));
        entry.putInstance(instance);
        agentOfInstance.put(instance.getInstanceId(), key);
    }

    private boolean isValid(String what, Message message) {
        try {
            Fields.check(message);
            return true;
        } catch (BotmeshException e) {
            warnings.once("left out " + Names.shown(what) + ": " + e.getMessage());
            return false;
        }
    }

    private void removeInstance(String id) {
        Entry entry = entries.get(agentOfInstance.getOrDefault(id, ""));
        agentOfInstance.remove(id);
        if (entry != null) {
            entry.removeInstance(id);
        }
    }

    /** Removes everything that the complete snapshot of a warm registry does not contain. */
    private void removeMissing() {
        for (String id : new ArrayList<>(agentOfInstance.keySet())) {
            if (!snapshot.instances.contains(id)) {
                removeInstance(id);
            }
        }
        entries.keySet().retainAll(snapshot.agents);
        snapshot = null;
    }

    private static String key(String account, String name) {
        return account + "/" + name;
    }
}
