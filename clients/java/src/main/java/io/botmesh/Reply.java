package io.botmesh;

import io.botmesh.v1.Message;
import io.botmesh.v1.Part;
import io.botmesh.v1.Usage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The answer to a delegation: what a bot returns, and what its caller gets.
 *
 * @param parts the answer
 * @param confidence how sure the callee is, 0 to 1; null: not said
 * @param usage what the callee itself spent; null: nothing, or not said
 * @param context variables for the caller
 * @param isNotMine says of a turn that it is not for this bot: the account's primary agent gets it
 * @param origin who answered, and what it cost below; filled in for the caller
 */
public record Reply(
        List<Part> parts,
        Double confidence,
        Usage usage,
        Map<String, Object> context,
        boolean isNotMine,
        Origin origin) {
    /**
     * Where a reply came from.
     *
     * @param chainUsage what was spent below the callee, summed by agent, model and currency
     * @param traceId the chain's trace, 32 hex digits; empty where nothing is traced
     */
    public record Origin(
            String agent,
            String instance,
            String messageId,
            String correlationId,
            String traceId,
            List<Usage> chainUsage) {
        private static final Origin NONE = new Origin("", "", "", "", "", List.of());
    }

    /** Checks the confidence. */
    public Reply {
        if (confidence != null && !(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("confidence must be 0 to 1 but is " + confidence);
        }
    }

    /** A reply of one text. */
    public static Reply of(String text) {
        return of(List.of(Content.text(text)));
    }

    /** A reply of these parts. */
    public static Reply of(List<Part> parts) {
        return new Reply(List.copyOf(parts), null, null, Map.of(), false, Origin.NONE);
    }

    /** Nothing more: what was sent piece by piece is the whole reply. */
    public static Reply empty() {
        return of(List.of());
    }

    /** The answer to a turn that is not for this bot. */
    public static Reply notMine() {
        return new Reply(List.of(), null, null, Map.of(), true, Origin.NONE);
    }

    /** This reply with how sure the bot is, 0 to 1. */
    public Reply withConfidence(Double value) {
        return new Reply(parts, value, usage, context, isNotMine, origin);
    }

    /** This reply with what the bot spent. */
    public Reply withUsage(Usage value) {
        return new Reply(parts, confidence, value, context, isNotMine, origin);
    }

    /** The text parts, a line each. */
    public String text() {
        return Content.textOf(parts);
    }

    /** What the whole chain spent from the callee on. */
    public List<Usage> totalUsage() {
        List<Usage> all = new ArrayList<>(origin.chainUsage);
        if (usage != null) {
            all.add(0, usage);
        }
        return addUp(all);
    }

    static Reply from(io.botmesh.v1.Reply given, String traceId) {
        Message message = given.getMessage();
        return new Reply(
                message.getPayloadList(),
                given.hasConfidence() ? given.getConfidence() : null,
                given.hasUsage() ? given.getUsage() : null,
                Content.fromStruct(message.getContext()),
                given.getNotMine(),
                new Origin(
                        message.getFromAgent(),
                        given.getInstanceId(),
                        message.getMessageId(),
                        message.getCorrelationId(),
                        traceId,
                        given.getChainUsageList()));
    }

    /** Usages summed by agent, model and currency. */
    static List<Usage> addUp(List<Usage> usages) {
        Map<List<String>, Usage> sums = new LinkedHashMap<>();
        for (Usage one : usages) {
            sums.merge(List.of(one.getAgent(), one.getModel(), one.getCurrency()), one, (sum, more) -> sum.toBuilder()
                    .setInputTokens(sum(sum.getInputTokens(), more.getInputTokens()))
                    .setOutputTokens(sum(sum.getOutputTokens(), more.getOutputTokens()))
                    .setCostMicros(sum(sum.getCostMicros(), more.getCostMicros()))
                    .build());
        }
        return List.copyOf(sums.values());
    }

    /** A sum that a caller takes, whatever came from below. */
    private static long sum(long one, long other) {
        return Math.min(Fields.MAX_AMOUNT, one + other);
    }
}
