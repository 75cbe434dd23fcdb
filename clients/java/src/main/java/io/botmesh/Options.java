package io.botmesh;

import io.botmesh.v1.Part;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The options of a delegation. Null and empty values are not sent.
 *
 * @param timeout the time for the callee; by default the mesh's default_timeout (30 s). Inside a task it is cut to the
 *     task's remaining time, less a margin of at most 250 ms
 * @param context variables for the callee: null, Boolean, Number, String, List and Map, as in JSON
 * @param skill the id of the requested skill
 * @param conversationId the conversation of a client's call; inside a task only the task's own is allowed
 * @param messageId the idempotency key: sending it again joins the running work or returns its reply; by default a new
 *     id
 * @param maxHops the hop limit of the whole chain, if lower than the mesh's (5)
 * @param parts further parts after the text
 */
public record Options(
        Duration timeout,
        Map<String, ?> context,
        String skill,
        String conversationId,
        String messageId,
        Integer maxHops,
        List<Part> parts) {
    /** No options. */
    public static final Options NONE = new Options(null, Map.of(), "", "", "", null, List.of());

    public Options withTimeout(Duration value) {
        return new Options(value, context, skill, conversationId, messageId, maxHops, parts);
    }

    public Options withContext(Map<String, ?> value) {
        return new Options(timeout, value, skill, conversationId, messageId, maxHops, parts);
    }

    public Options withSkill(String value) {
        return new Options(timeout, context, value, conversationId, messageId, maxHops, parts);
    }

    public Options withConversationId(String value) {
        return new Options(timeout, context, skill, value, messageId, maxHops, parts);
    }

    public Options withMessageId(String value) {
        return new Options(timeout, context, skill, conversationId, value, maxHops, parts);
    }

    public Options withMaxHops(Integer value) {
        return new Options(timeout, context, skill, conversationId, messageId, value, parts);
    }

    public Options withParts(List<Part> value) {
        return new Options(timeout, context, skill, conversationId, messageId, maxHops, value);
    }
}
