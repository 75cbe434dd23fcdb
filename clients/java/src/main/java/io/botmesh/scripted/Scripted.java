package io.botmesh.scripted;

import io.botmesh.Agent;
import io.botmesh.v1.Skill;
import java.util.concurrent.TimeUnit;

/**
 * The scripted bot of the conformance kit: each task contains a script of steps, which docs/conformance.md describes.
 */
public final class Scripted {
    private Scripted() {}

    /** Serves the scripted bot under the name in BOTMESH_KIT_NAME; "scripted" by default. */
    public static void main(String[] args) {
        agent(System.getenv().getOrDefault("BOTMESH_KIT_NAME", "scripted")).run();
    }

    /** Returns the scripted bot with a name. */
    public static Agent agent(String name) {
        return Agent.named(name)
                .description("Does what its task says")
                .skill(Skill.newBuilder()
                        .setId("scripted")
                        .setDescription("Does a script")
                        .build())
                .skill(Skill.newBuilder()
                        .setId("safe")
                        .setDescription("Does a script that may be done twice")
                        .setIdempotent(true)
                        .build())
                .onDelegate(Script::run)
                .onTurn(Script::run)
                .onNotify(task -> Script.count("notified", 1))
                .onTransfer((task, offer) -> decide(new Step(task.context())));
    }

    /** Returns null to accept the offered conversation, or the reason for which it is declined. */
    private static String decide(Step context) throws InterruptedException {
        switch (context.text("transfer", "accept")) {
            case "decline":
                return context.text("transfer_reason", "declined");
            case "hang":
                TimeUnit.HOURS.sleep(1);
                return null;
            case "crash":
                throw new IllegalStateException("a bug");
            default:
                return null;
        }
    }
}
