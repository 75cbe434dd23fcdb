package io.botmesh;

import io.botmesh.v1.AgentCard;
import io.botmesh.v1.Instance;
import io.botmesh.v1.Skill;
import io.grpc.Status;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The attempts of one call: chooses the next instance and decides when to give up. Retries only failures of the direct
 * hop, and moves to another instance only if that cannot run the work twice.
 */
final class Attempts {
    /**
     * Retry n waits a random time below this times 2^n. The first retries arrive well within orphanGrace, so that they
     * find the running work.
     */
    private static final long BASE_DELAY_MILLIS = 50;
    /** The upper bound of the wait before any retry. */
    private static final long MAX_DELAY_MILLIS = 2_000;

    /** Returns the live instances, after a refresh if all of them were tried. */
    interface LiveInstances {
        List<Instance> where(Set<String> tried) throws InterruptedException;
    }

    private final Call call;
    private final Peers peers;
    private final RetryBudget budget;
    private final boolean idempotent;
    private final Set<String> tried = new HashSet<>();
    private int failed;
    /** The peer at which the work may have started; set if no other instance may run it. */
    private Peers.Peer startedAt;

    Attempts(Call call, Peers peers, RetryBudget budget, boolean idempotent) {
        this.call = call;
        this.peers = peers;
        this.budget = budget;
        this.idempotent = idempotent;
    }

    /** Returns whether the work may run twice: the named skill is idempotent or, if none is named, all skills are. */
    static boolean isIdempotent(AgentCard card, String skillId) {
        List<Skill> skills = card.getSkillsList().stream()
                .filter(skill -> skillId.isEmpty() || skill.getId().equals(skillId))
                .toList();
        return !skills.isEmpty() && skills.stream().allMatch(Skill::getIdempotent);
    }

    /** Returns whether the direct callee was unreachable or refused to start. Errors of its own callees are final. */
    static boolean isOfThisHop(BotmeshException error, String instance) {
        if (error.code() != Status.Code.UNAVAILABLE) {
            return false;
        }
        if (!error.fromPeer() || error.reason() == Reason.UNSPECIFIED) {
            return true; // raised in this process, or by gRPC
        }
        if (error.reason() == Reason.WRONG_INSTANCE) {
            return error.metadata().getOrDefault("expected", "").endsWith(instance);
        }
        return !error.started() && error.instance().equals(instance);
    }

    void succeeded() {
        budget.succeeded();
    }

    /**
     * Waits and returns the peer for the next attempt. Throws `error` if it is final, OUTCOME_UNKNOWN if the work may
     * have run.
     */
    Peers.Peer after(BotmeshException error, Peers.Peer peer, LiveInstances live) throws InterruptedException {
        if (!isOfThisHop(error, peer.id())) {
            throw error;
        }
        peers.eject(peer);
        tried.add(peer.id());
        if (error.started() && !idempotent) {
            startedAt = peer;
        }
        BotmeshException last = finalError(error, peer);
        failed++;
        if (!budget.failed() || failed > call.limits.maxRetries()) {
            throw last;
        }
        long pause = ThreadLocalRandom.current().nextLong(Math.min(MAX_DELAY_MILLIS, BASE_DELAY_MILLIS << failed));
        if (pause >= call.remaining().toMillis()) {
            throw last;
        }
        Peers.Peer next = next(live.where(tried), last);
        TracePolicy.recordRetry(call, failed, error, peer.id());
        Thread.sleep(pause);
        return next;
    }

    private Peers.Peer next(List<Instance> live, BotmeshException last) {
        if (live.isEmpty()) {
            throw last;
        }
        if (startedAt == null) {
            return peers.choose(live, tried);
        }
        if (live.stream().noneMatch(instance -> instance.getInstanceId().equals(startedAt.id()))) {
            throw last;
        }
        return startedAt;
    }

    /** Returns the error for the caller if no further attempt is made. */
    private BotmeshException finalError(BotmeshException error, Peers.Peer peer) {
        if (startedAt == null && !error.started()) {
            return error;
        }
        return BotmeshException.of(
                Reason.OUTCOME_UNKNOWN,
                "the connection to " + peer.instance.getAgent()
                        + " was lost half-way: the work may have been done or not; "
                        + "ask the agent, or send the same message id again");
    }
}
