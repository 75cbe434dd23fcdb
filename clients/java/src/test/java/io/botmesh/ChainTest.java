package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainTest {
    @Test
    void aChainSurvivesItsMetadata() {
        Chain sent = new Chain(List.of("a", "other/b"), 3, "c-1", "v.1", "acme", "b/i-1", 7);
        assertEquals(sent, Chain.from(sent.toMetadata()));
    }

    private static final Metadata.Key<String> OPEN = Metadata.Key.of("botmesh-open", Metadata.ASCII_STRING_MARSHALLER);

    @Test
    void asManyOpenDelegationsAsThePathIsLongAreNotSent() {
        Chain sent = Chain.root("acme", "").below("a").below("b");
        assertEquals("1", sent.withOpen(1).toMetadata().get(OPEN));
        assertNull(sent.withOpen(2).toMetadata().get(OPEN));
        assertEquals("3", sent.withOpen(3).toMetadata().get(OPEN));
        assertEquals("64000", sent.withOpen(64_001).toMetadata().get(OPEN));
        assertEquals(2, Chain.from(sent.withOpen(2).toMetadata()).open());
    }

    @Test
    void aCallWithoutMetadataStartsAChain() {
        assertEquals(Chain.NONE, Chain.from(new Metadata()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "botmesh-path|a,,b",
                "botmesh-max-hops|65",
                "botmesh-correlation|no spaces",
                "botmesh-account|a/b",
                "botmesh-to|Upper/i",
                "botmesh-open|0",
                "botmesh-open|64001",
                "botmesh-open|+1",
                "botmesh-open|1,2"
            })
    void malformedMetadataIsRefusedWithItsKey(String key, String value) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
        BotmeshException error = assertThrows(BotmeshException.class, () -> Chain.from(metadata));
        assertEquals(Reason.INVALID_FIELD, error.reason());
        assertEquals(key, error.metadata().get("field"));
        assertFalse(error.started());
    }

    @ParameterizedTest
    @CsvSource({
        "botmesh-path,62C3BC",
        "botmesh-correlation,FF",
        "botmesh-later,FF",
        "botmesh-later,6101",
        "botmesh-to,620A"
    })
    void metadataThatIsNotPrintableAsciiIsRefusedAndNotTakenAsAbsent(String key, String hex) {
        byte[] name = key.getBytes(StandardCharsets.US_ASCII);
        Metadata metadata = InternalMetadata.newMetadata(name, HexFormat.of().parseHex(hex));
        BotmeshException error = assertThrows(BotmeshException.class, () -> Chain.from(metadata));
        assertEquals(Reason.INVALID_FIELD, error.reason());
        assertEquals(key, error.metadata().get("field"));
    }

    @Test
    void limitsOverTheLargestIntBecomeTheLargestInt() {
        io.botmesh.v1.Limits most = io.botmesh.v1.Limits.newBuilder()
                .setMaxHops(-1) // 2^32 - 1 to Java
                .setMaxRetries(-1)
                .build();
        assertEquals(Integer.MAX_VALUE, Limits.from(most).maxHops());
        assertEquals(Integer.MAX_VALUE, Limits.from(most).maxRetries());
        assertEquals(8 << 20, Limits.from(most).maxReplyBytes());
    }

    @Test
    void aHopLimitNarrowsAndNeverWidens() {
        assertEquals(3, Chain.NONE.narrowed(5).narrowed(3).narrowed(4).maxHops());
    }

    @Test
    void belowLeavesTheParentsPathAlone() {
        assertEquals(List.of("a"), Chain.NONE.below("a").path());
        assertEquals(List.of(), Chain.NONE.path());
    }

    @Test
    void limitsOnlyNarrow() {
        Limits got = Limits.DEFAULT.narrow(new Limits(false, null, null, null, 9, null, null, 2, null, 1L << 30));
        assertEquals(5, got.maxHops());
        assertEquals(2, got.maxDelegations());
        assertFalse(got.enabled());
        assertEquals(8 << 20, got.maxReplyBytes());
    }

    @Test
    void aChildHasLessTimeThanItsParent() {
        Duration minute = Duration.ofMinutes(1);
        assertEquals(Duration.ofMillis(950), Limits.childTimeout(Duration.ofSeconds(1), minute));
        assertEquals(minute.minusMillis(250), Limits.childTimeout(minute, Duration.ofHours(1)));
        assertEquals(Duration.ofSeconds(1), Limits.childTimeout(minute, Duration.ofSeconds(1)));
    }

    @Test
    void theEnvironmentIsRead() {
        Settings got = Settings.load(Map.of(
                "BOTMESH_REGISTRY", "127.0.0.1:1234",
                "BOTMESH_DRAIN_TIMEOUT", "5m",
                "BOTMESH_MAX_MESSAGE_BYTES", "64KiB",
                "BOTMESH_MAX_REPLY_BYTES", "2MiB",
                "BOTMESH_ENABLED", "off"));
        assertEquals("127.0.0.1:1234", got.registry());
        assertEquals(Duration.ofMinutes(5), got.drainTimeout());
        assertEquals(65536, got.limits().maxMessageBytes());
        assertEquals(2 << 20, got.limits().maxReplyBytes());
        assertFalse(got.limits().enabled());
    }

    @ParameterizedTest
    @CsvSource({
        "BOTMESH_REGISTRY,nowhere",
        "BOTMESH_BIND,127.0.0.1:99999",
        "BOTMESH_ACCOUNT,a b",
        "BOTMESH_EJECTION_TIME,soon",
        "BOTMESH_MAX_HOPS,-1",
        "BOTMESH_ALLOW_REVISITS,maybe"
    })
    void malformedSettingsNameTheirVariable(String variable, String value) {
        BotmeshException error = assertThrows(BotmeshException.class, () -> Settings.load(Map.of(variable, value)));
        assertEquals(variable, error.metadata().get("field"));
    }

    @Test
    void nearNamesAreSuggested() {
        assertEquals(List.of("billing-bot"), Names.nearest("biling-bot", List.of("billing-bot", "hr-bot")));
    }
}
