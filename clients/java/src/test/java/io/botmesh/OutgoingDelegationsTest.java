package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.botmesh.v1.OpenDelegations;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutgoingDelegationsTest {
    private static final String KEY = "default/v-1";

    private final OutgoingDelegations outgoing = new OutgoingDelegations("default");

    private static OpenDelegations open(String key, int count) {
        return OpenDelegations.newBuilder().setKey(key).setCount(count).build();
    }

    private void enter(String key, int times) {
        for (int number = 0; number < times; number++) {
            outgoing.enter(key, 0, 1_000);
        }
    }

    private BotmeshException refusal(int onPath) {
        BotmeshException error = assertThrows(BotmeshException.class, () -> outgoing.enter(KEY, onPath, 10));
        assertEquals(Reason.TOO_MANY_DELEGATIONS, error.reason());
        assertEquals(Map.of("limit", "10", "direction", "outgoing"), error.metadata());
        assertFalse(error.started());
        return error;
    }

    @Test
    void theEleventhDelegationIsRefused() {
        enter(KEY, 10);
        String text = refusal(0).getMessage();
        assertTrue(text.startsWith("10 outgoing delegations are open here and 0 elsewhere"), text);
        assertEquals(1, outgoing.enter("default/v-2", 0, 10));
    }

    @Test
    void delegationsOfThePathCount() {
        assertEquals(1, outgoing.enter(KEY, 9, 10));
        String text = refusal(9).getMessage();
        assertTrue(text.startsWith("1 outgoing delegations are open here and 9 elsewhere"), text);
    }

    @Test
    void delegationsElsewhereCountAndAreNotAddedToThoseOfThePath() {
        outgoing.setElsewhere(List.of(open("v-1", 8)));
        enter(KEY, 1);
        assertEquals(2, outgoing.enter(KEY, 8, 10));
        refusal(3);
        outgoing.setElsewhere(List.of());
        assertEquals(3, outgoing.enter(KEY, 3, 10));
    }

    @Test
    void aCountElsewhereOverTheLargestIntIsNotNegative() {
        outgoing.setElsewhere(List.of(open("v-1", -1))); // 2^32 - 1 to Java
        refusal(0);
    }

    @Test
    void countsOfOtherAccountsAreNotMixedUp() {
        outgoing.setElsewhere(List.of(open("v-1", 10)));
        assertEquals(1, outgoing.enter("other/v-1", 0, 10));
    }

    @Test
    void aReportHasTheLargestCountsOfTheOwnAccount() {
        enter("default/one", 1);
        enter("other/v", 5);
        enter("default/three", 3);
        for (int number = 0; number < 300; number++) {
            enter("default/v-" + number, 2);
        }
        List<OpenDelegations> report = outgoing.report();
        assertEquals(256, report.size());
        assertEquals(open("three", 3), report.get(0));
        assertTrue(report.stream().skip(1).allMatch(entry -> entry.getKey().startsWith("v-") && entry.getCount() == 2));
    }

    @Test
    void nothingIsLeftOfDelegationsThatHaveEnded() {
        enter(KEY, 2);
        outgoing.leave(KEY);
        assertEquals(1, outgoing.total());
        outgoing.leave(KEY);
        outgoing.leave(KEY);
        assertEquals(0, outgoing.total());
        assertEquals(1, outgoing.enter(KEY, 0, 10));
    }

    @Test
    void theFifthDelegationOfAConversationAsksForAHeartbeat() {
        int[] asked = new int[1];
        outgoing.onManyOpen(() -> asked[0]++);
        enter("other/v", 6);
        enter(KEY, 4);
        assertEquals(0, asked[0]);
        enter(KEY, 3);
        assertEquals(1, asked[0]);
    }
}
