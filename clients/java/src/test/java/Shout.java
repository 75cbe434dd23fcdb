import io.botmesh.Agent;
import io.botmesh.Reply;

public class Shout {
    public static void main(String[] args) {
        Agent.named("shout-bot")
                .onDelegate(task -> Reply.of(task.text().toUpperCase()))
                .run();
    }
}
