package io.botmesh;

import io.botmesh.v1.Message;
import io.botmesh.v1.Part;
import io.botmesh.v1.Usage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The reply to a delegation, as a bot returns it and as its caller receives it.
 *
 * @param parts the content
 * @param confidence how sure the callee is, 0 to 1; null if it did not say
 * @param usage the tokens and cost of the callee itself, without its own callees; null if it reported none
 * @param context variables for the caller
 * @param isNotMine true to reject a turn: the account's primary agent gets it
 * @param origin the callee and the usage below it; set at the caller
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
     * @param agent the name of the callee
     * @param instance the id of the instance that replied
     * @param messageId the id of the reply's message
     * @param correlationId the id of the chain
     * @param traceId the trace id of the chain, 32 hex digits; empty if tracing is off
     * @param chainUsage the usage below the callee, summed by agent, model and currency
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

    /** Throws IllegalArgumentException if the confidence is not 0 to 1. */
    public Reply {
        if (confidence != null && !(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("confidence must be 0 to 1 but is " + confidence);
        }
    }

    /** Returns a reply with one text part. */
    public static Reply of(String text) {
        return of(List.of(Content.text(text)));
    }

    /** Returns a reply with these parts. */
    public static Reply of(List<Part> parts) {
        return new Reply(List.copyOf(parts), null, null, Map.of(), false, Origin.NONE);
    }

    /** Returns a reply without parts: the pieces that Task.write and Task.writePart have sent are the whole reply. */
    public static Reply empty() {
        return of(List.of());
    }

    /** Returns a reply that rejects a turn: the account's primary agent gets it. */
    public static Reply notMine() {
        return new Reply(List.of(), null, null, Map.of(), true, Origin.NONE);
    }

    /** Returns this reply with a confidence, 0 to 1; null for none. */
    public Reply withConfidence(Double value) {
        return new Reply(parts, value, usage, context, isNotMine, origin);
    }

    /** Returns this reply with the usage of the bot itself. */
    public Reply withUsage(Usage value) {
        return new Reply(parts, confidence, value, context, isNotMine, origin);
    }

    /** Returns the text parts, joined by newlines. */
    public String text() {
        return Content.textOf(parts);
    }

    /** Returns the usage of the callee and of everything below it, summed by agent, model and currency. */
    public List<Usage> totalUsage() {
        List<Usage> all = new ArrayList<>(origin.chainUsage);
        if (usage != null) {
            all.add(0, usage);
        }
        return addUp(all);
    }

    static Reply from(io.botmesh.v1.Reply reply, String traceId) {
        Message message = reply.getMessage();
        return new Reply(
                message.getPayloadList(),
                reply.hasConfidence() ? reply.getConfidence() : null,
                reply.hasUsage() ? reply.getUsage() : null,
                Content.fromStruct(message.getContext()),
                reply.getNotMine(),
                new Origin(
                        message.getFromAgent(),
                        reply.getInstanceId(),
                        message.getMessageId(),
                        message.getCorrelationId(),
                        traceId,
                        reply.getChainUsageList()));
    }

    /** Sums usages by agent, model and currency. */
    static List<Usage> addUp(List<Usage> usages) {
        Map<List<String>, Usage> sums = new LinkedHashMap<>();
        for (Usage usage : usages) {
            sums.merge(
                    List.of(usage.getAgent(), usage.getModel(), usage.getCurrency()),
                    usage,
                    (sum, more) -> sum.toBuilder()
                            .setInputTokens(sum(sum.getInputTokens(), more.getInputTokens()))
                            .setOutputTokens(sum(sum.getOutputTokens(), more.getOutputTokens()))
                            .setCostMicros(sum(sum.getCostMicros(), more.getCostMicros()))
                            .build());
        }
        return List.copyOf(sums.values());
    }

    /** Adds, and caps the sum at the largest amount that a caller accepts. */
    private static long sum(long a, long b) {
        return Math.min(FieldValues.MAX_AMOUNT, a + b);
    }
}
