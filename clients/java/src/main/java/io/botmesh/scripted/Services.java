package io.botmesh.scripted;

import io.botmesh.BotmeshException;
import io.botmesh.Conversation;
import io.botmesh.HandedToPerson;
import io.botmesh.Task;
import java.util.Locale;
import java.util.Map;

/** The steps that concern the conversation and its service. */
final class Services {
    private Services() {}

    static Map<String, Object> handToPerson(Task task, Step step) {
        try {
            HandedToPerson handed = task.handToPerson(step.text("reason", ""), step.text("message", ""), "");
            return Map.of(
                    "ok", true,
                    "outcome", handed.outcome().name().toLowerCase(Locale.ROOT),
                    "queue_position", handed.queuePosition(),
                    "conversation_id", handed.conversationId());
        } catch (BotmeshException e) {
            return Outcomes.failure(e);
        }
    }

    static Map<String, Object> close(Task task, Step step) {
        try {
            conversation(task).close(step.text("reason", ""));
            return Map.of("ok", true);
        } catch (BotmeshException e) {
            return Outcomes.failure(e);
        }
    }

    /** Returns how the conversation was opened; an empty map if the contact spoke first. */
    static Map<String, Object> opening(Task task) {
        return conversation(task)
                .opening()
                .map(opening -> Map.<String, Object>of(
                        "trigger", opening.getTrigger(),
                        "intent", opening.getIntentId(),
                        "reason", opening.getReason()))
                .orElse(Map.of());
    }

    private static Conversation conversation(Task task) {
        if (task instanceof Conversation conversation) {
            return conversation;
        }
        throw BotmeshException.failed("this step needs a turn");
    }
}
