package io.botmesh;

import io.botmesh.v1.Part;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What can be said of a delegation, besides whom and what. Null or empty: not said.
 *
 * @param timeout how long the callee has; default the mesh's (30 s), never more than what is left of the parent's
 * @param context variables for the callee: what JSON can hold
 * @param skill the callee's skill that is meant
 * @param conversationId the conversation that a client's call belongs to; inside a task it is the task's own
 * @param messageId the idempotency key: the same one again joins the work or gets the same reply
 * @param maxHops the most hops of the whole chain, if fewer than the mesh allows
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
    /** Nothing is said. */
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
