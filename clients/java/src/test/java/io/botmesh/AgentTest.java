package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.botmesh.v1.Skill;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AgentTest {
    private static Settings settings(String bind) {
        return Settings.load(Map.of("BOTMESH_REGISTRY", "127.0.0.1:1", "BOTMESH_BIND", bind));
    }

    @Test
    void aMalformedNameIsRefused() {
        assertThrows(BotmeshException.class, () -> Agent.named("Not A Label"));
        Skill skill = Skill.newBuilder().setId("no spaces").build();
        assertThrows(BotmeshException.class, () -> Agent.named("fine").skill(skill));
    }

    @Test
    void anAddressThatIsInUseIsRefused() {
        Serving first = Agent.named("one").settings(settings("127.0.0.1:0")).start();
        Agent second = Agent.named("two").settings(settings(first.address()));
        assertEquals(
                "bind",
                assertThrows(BotmeshException.class, second::start).metadata().get("field"));
        first.stop(Duration.ZERO);
    }

    @Test
    void aWildcardAddressIsRefusedWithoutAnAddressToAdvertise() {
        Agent agent = Agent.named("one").settings(settings("0.0.0.0:0"));
        assertEquals(
                "advertise",
                assertThrows(BotmeshException.class, agent::start).metadata().get("field"));
    }

    @Test
    void aConfidenceIsZeroToOne() {
        assertThrows(IllegalArgumentException.class, () -> Reply.of("hm").withConfidence(2.0));
    }

    @Test
    void jsonComesBackAsItWas() {
        Map<String, Object> values = Map.of("n", 3L, "x", 0.5, "list", List.of("a", true), "in", Map.of("k", "v"));
        assertEquals(values, Content.fromStruct(Content.toStruct(values)));
    }

    @Test
    void theReadmeShowsABotThatIsBuilt() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        String example = Files.readString(Path.of("src/test/java/Shout.java"));
        assertTrue(readme.contains(example), "src/test/java/Shout.java is not what README.md shows");
    }
}
