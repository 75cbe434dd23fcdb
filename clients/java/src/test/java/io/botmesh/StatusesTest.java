package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.botmesh.v1.ErrorReason;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StatusesTest {
    @Test
    void everyReasonIsInTheContract() {
        for (Reason reason : Reason.values()) {
            assertNotNull(ErrorReason.valueOf("ERROR_REASON_" + reason.wireName()));
        }
    }

    @Test
    void everyReasonOfTheContractIsKnown() {
        for (ErrorReason reason : ErrorReason.values()) {
            String name = reason.name().replace("ERROR_REASON_", "");
            if (reason != ErrorReason.UNRECOGNIZED) {
                assertEquals(name, Reason.of(name).wireName());
            }
        }
    }

    @Test
    void anErrorSurvivesTheWire() {
        BotmeshException sent = new BotmeshException(Reason.HOP_LIMIT, "one hop too many", Map.of("limit", 5))
                .raisedBy("b", "i", 6, List.of("a", "b"), "t");
        BotmeshException got = Statuses.fromStatus(Statuses.status(sent), Statuses.trailers(sent));
        assertEquals(Reason.HOP_LIMIT, got.reason());
        assertEquals(Status.Code.FAILED_PRECONDITION, got.code());
        assertEquals(Map.of("limit", "5"), got.metadata());
        assertEquals(List.of("a", "b"), got.path());
        assertEquals(6, got.hop());
        assertFalse(got.started());
        assertTrue(got.fromPeer());
    }

    @Test
    void errorsOfGrpcAreMapped() {
        assertEquals(Reason.DEADLINE_EXPIRED, reason(Status.DEADLINE_EXCEEDED));
        assertEquals(Reason.CANCELLED, reason(Status.CANCELLED));
        Status tooLarge = Status.RESOURCE_EXHAUSTED.withDescription("Received message larger than max (5 vs. 4)");
        assertEquals(Reason.MESSAGE_TOO_LARGE, reason(tooLarge));
        assertEquals(Reason.UNSPECIFIED, reason(Status.UNAVAILABLE));
    }

    private static Reason reason(Status status) {
        return Statuses.fromStatus(status, new Metadata()).reason();
    }

    @Test
    void theTextOfAnUnknownExceptionIsDropped() {
        BotmeshException got = Statuses.asError(new IllegalStateException("password=hunter2"));
        assertEquals(Reason.AGENT_ERROR, got.reason());
        assertFalse(got.getMessage().contains("hunter2"));
    }

    @Test
    void anErrorIsCutToASmallSize() {
        Map<String, String> facts = new TreeMap<>();
        for (int index = 0; index < 100; index++) {
            facts.put(String.valueOf(index), "é".repeat(10_000));
        }
        BotmeshException sent = new BotmeshException(Reason.AGENT_FAILED, "é".repeat(10_000), facts);
        Metadata trailers = Statuses.trailers(sent);
        byte[] details = trailers.get(Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER));
        assertTrue(details.length < 24_000);
    }
}
