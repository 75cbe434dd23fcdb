package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.botmesh.v1.AgentCard;
import io.botmesh.v1.Skill;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttemptsTest {
    @Test
    void aRetryBudgetEndsTheRetriesAtATargetThatAlwaysFails() {
        RetryBudget budget = new RetryBudget();
        int allowed = 0;
        while (budget.failed()) {
            allowed++;
        }
        assertEquals(9, allowed);
        for (int count = 0; count < 11; count++) {
            budget.succeeded();
        }
        assertTrue(budget.failed());
    }

    private static BotmeshException peer(Reason reason, boolean started, String instance) {
        return new BotmeshException(reason, reason.code, "x", Map.of("expected", "b/i-1"), true)
                .started(started)
                .raisedBy("b", instance, 0, List.of(), "");
    }

    @Test
    void onlyFailuresOfTheDirectHopAreTriedAgain() {
        assertTrue(Attempts.isOfThisHop(BotmeshException.of(Reason.UNREACHABLE, "x"), "i-1"));
        assertTrue(Attempts.isOfThisHop(
                new BotmeshException(Reason.UNSPECIFIED, Status.Code.UNAVAILABLE, "x", Map.of(), true), "i-1"));
        assertTrue(Attempts.isOfThisHop(peer(Reason.DRAINING, false, "i-1"), "i-1"));
        assertTrue(Attempts.isOfThisHop(peer(Reason.WRONG_INSTANCE, false, "i-2"), "i-1"));
        assertFalse(Attempts.isOfThisHop(peer(Reason.DRAINING, false, "i-9"), "i-1"));
        assertFalse(Attempts.isOfThisHop(peer(Reason.OUTCOME_UNKNOWN, true, "i-1"), "i-1"));
        assertFalse(Attempts.isOfThisHop(peer(Reason.AGENT_FAILED, true, "i-1"), "i-1"));
    }

    @Test
    void idempotentIsTheNamedSkillOrAllOfThem() {
        AgentCard card = AgentCard.newBuilder()
                .addSkills(Skill.newBuilder().setId("safe").setIdempotent(true))
                .addSkills(Skill.newBuilder().setId("pay"))
                .build();
        assertTrue(Attempts.isIdempotent(card, "safe"));
        assertFalse(Attempts.isIdempotent(card, "pay"));
        assertFalse(Attempts.isIdempotent(card, ""));
        assertFalse(Attempts.isIdempotent(card, "unknown"));
    }
}
