import io.botmesh.Agent;
import io.botmesh.Reply;
import io.botmesh.v1.Skill;

/** The bot: what it does with what it is asked. */
public class Bot {
    public static void main(String[] args) {
        Skill count = Skill.newBuilder()
                .setId("count")
                .setDescription("Counts letters")
                .addExamples("How long is this?")
                .setIdempotent(true)
                .build();
        Agent.named("$name")
                .description("Says how long what it is told is")
                .skill(count)
                .onDelegate(task -> Reply.of("That is " + task.text().length() + " letters long.").withConfidence(1.0))
                .run();
    }
}
