package io.botmesh.scripted;

import io.botmesh.Conversation;
import io.botmesh.Task;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collects everything that a bot can read of its call. */
final class Report {
    private Report() {}

    static Map<String, Object> of(Task task) {
        Map<String, Object> context = task.context();
        context.remove("script");
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("from_agent", task.fromAgent());
        report.put("to_agent", task.message().getToAgent());
        report.put("message_type", task.message().getMessageType().name().replace("MESSAGE_TYPE_", ""));
        report.put("message_id", task.messageId());
        report.put("correlation_id", task.correlationId());
        report.put("conversation_id", task.conversationId());
        report.put("account_id", task.account());
        report.put("skill_id", task.skill());
        report.put("text", task.text());
        report.put("context", context);
        report.put("path", task.path());
        report.put("max_hops", task.maxHops());
        report.put("deadline_seconds", task.remaining().toNanos() / 1e9);
        report.put("trace_id", task.traceId());
        if (task instanceof Conversation conversation) {
            report.put("turn", turn(conversation));
        }
        return report;
    }

    private static Map<String, Object> turn(Conversation conversation) {
        return Map.of(
                "turn_id", conversation.turn().getTurnId(),
                "epoch", conversation.turn().getEpoch(),
                "contact_id", conversation.contactId(),
                "channel", conversation.channel(),
                "transferred_from", conversation.transferredFrom(),
                "intent", conversation.intent());
    }
}
