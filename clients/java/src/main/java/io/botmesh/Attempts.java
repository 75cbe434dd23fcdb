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
 * The attempts of one call: which instance to try, and when to give up. Only failures of the direct hop are tried again,
 * and elsewhere only what cannot be done twice by that.
 */
final class Attempts {
    /** Milliseconds before the first retry, at most: well under the grace in which lost work can be attached to again. */
    private static final long BASE = 50;
    /** Milliseconds before any retry, at most. */
    private static final long CAP = 2_000;

    /** The instances that may be called, where these were tried in vain. */
    interface LiveInstances {
        List<Instance> where(Set<String> tried) throws InterruptedException;
    }

    private final Call call;
    private final Peers peers;
    private final RetryBudget budget;
    private final boolean idempotent;
    private final Set<String> tried = new HashSet<>();
    private int failed;
    /** Where the work may have started, if it must not start elsewhere. */
    private Peers.Peer maybe;

    Attempts(Call call, Peers peers, RetryBudget budget, boolean idempotent) {
        this.call = call;
        this.peers = peers;
        this.budget = budget;
        this.idempotent = idempotent;
    }

    /** Whether doing it twice is harmless: the named skill says so, or all skills do where none is named. */
    static boolean isIdempotent(AgentCard card, String skillId) {
        List<Skill> skills = card.getSkillsList().stream()
                .filter(skill -> skillId.isEmpty() || skill.getId().equals(skillId))
                .toList();
        return !skills.isEmpty() && skills.stream().allMatch(Skill::getIdempotent);
    }

    /** Whether the callee itself could not be reached or would not begin; what it passes on is final. */
    static boolean isOfThisHop(BotmeshException error, String instance) {
        if (error.code() != Status.Code.UNAVAILABLE) {
            return false;
        }
        if (!error.fromPeer() || error.reason() == Reason.UNSPECIFIED) {
            return true; // made here, or by gRPC
        }
        if (error.reason() == Reason.WRONG_INSTANCE) {
            return error.metadata().getOrDefault("expected", "").endsWith(instance);
        }
        return !error.started() && error.instance().equals(instance);
    }

    void succeeded() {
        budget.succeeded();
    }

    /** Whom to try next, after a pause. Throws the error where it is final, OUTCOME_UNKNOWN where nobody can know. */
    Peers.Peer after(BotmeshException error, Peers.Peer peer, LiveInstances live) throws InterruptedException {
        if (!isOfThisHop(error, peer.id())) {
            throw error;
        }
        peers.setAside(peer);
        tried.add(peer.id());
        if (error.started() && !idempotent) {
            maybe = peer;
        }
        BotmeshException last = givenUp(error, peer);
        failed++;
        if (!budget.failed() || failed > call.limits.maxRetries()) {
            throw last;
        }
        long pause = ThreadLocalRandom.current().nextLong(Math.min(CAP, BASE << failed));
        if (pause >= call.remaining().toMillis()) {
            throw last;
        }
        Peers.Peer following = next(live.where(tried), last);
        TracePolicy.noteRetry(call, failed, error, peer.id());
        Thread.sleep(pause);
        return following;
    }

    private Peers.Peer next(List<Instance> live, BotmeshException last) {
        if (live.isEmpty()) {
            throw last;
        }
        if (maybe == null) {
            return peers.choose(live, tried);
        }
        if (live.stream().noneMatch(one -> one.getInstanceId().equals(maybe.id()))) {
            throw last;
        }
        return maybe;
    }

    private BotmeshException givenUp(BotmeshException error, Peers.Peer peer) {
        if (maybe == null && !error.started()) {
            return error;
        }
        return BotmeshException.of(
                Reason.OUTCOME_UNKNOWN,
                "the connection to " + peer.instance.getAgent()
                        + " was lost half-way: the work may have been done or not; "
                        + "ask the agent, or send the same message id again");
    }
}
