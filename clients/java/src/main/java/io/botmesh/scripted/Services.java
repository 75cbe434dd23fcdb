package io.botmesh.scripted;

import io.botmesh.BotmeshException;
import io.botmesh.Conversation;
import io.botmesh.PersonAsked;
import io.botmesh.Task;
import io.botmesh.v1.ConversationOpening;
import java.util.Locale;
import java.util.Map;

/** The steps that concern the conversation and its service. */
final class Services {
    private Services() {}

    static Map<String, Object> handToPerson(Task task, Step step) {
        try {
            PersonAsked asked = task.handToPerson(step.text("reason", ""), step.text("message", ""), "");
            return Map.of(
                    "ok", true,
                    "outcome", asked.outcome().name().toLowerCase(Locale.ROOT),
                    "queue_position", asked.queuePosition(),
                    "conversation_id", asked.conversationId());
        } catch (BotmeshException e) {
            return Outcomes.failure(e);
        }
    }

    static Map<String, Object> close(Conversation conversation, Step step) {
        try {
            conversation.close(step.text("reason", ""));
            return Map.of("ok", true);
        } catch (BotmeshException e) {
            return Outcomes.failure(e);
        }
    }

    /** Returns how the conversation was opened; empty texts if the contact spoke first. */
    static Map<String, Object> opening(Conversation conversation) {
        ConversationOpening opening = conversation.opening().orElseGet(ConversationOpening::getDefaultInstance);
        return Map.of("trigger", opening.getTrigger(), "intent", opening.getIntentId(), "reason", opening.getReason());
    }
}
