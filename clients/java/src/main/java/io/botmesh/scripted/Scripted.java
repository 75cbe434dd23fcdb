package io.botmesh.scripted;

import io.botmesh.Agent;
import io.botmesh.BotmeshException;
import io.botmesh.Content;
import io.botmesh.Conversation;
import io.botmesh.Options;
import io.botmesh.Reply;
import io.botmesh.Task;
import io.botmesh.v1.Part;
import io.botmesh.v1.Skill;
import io.botmesh.v1.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The scripted bot of the conformance kit: each task contains a script of steps, which docs/conformance.md describes.
 */
public final class Scripted {
    private static final Map<String, Integer> COUNTS = new ConcurrentHashMap<>();

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
                .onDelegate(Scripted::answer)
                .onTurn(Scripted::answer)
                .onNotify(task -> count("notified", 1))
                .onTransfer((task, offer) -> decide(new Step(task.context())));
    }

    private static String decide(Step context) throws InterruptedException {
        switch (context.text("transfer", "accept")) {
            case "decline":
                return context.text("transfer_reason", "declined");
            case "hang":
                pause(Duration.ofHours(1));
                return null;
            case "crash":
                throw new IllegalStateException("a bug");
            default:
                return null;
        }
    }

    private static void pause(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time == null ? 0 : time.toNanos());
    }

    private static int count(String key, int more) {
        return COUNTS.merge(key, more, Integer::sum);
    }

    /** The fields of one step, or other variables. */
    private record Step(Map<?, ?> fields) {
        private static Step of(Object value) {
            return new Step(value instanceof Map<?, ?> map ? map : Map.of());
        }

        private String text(String key, String otherwise) {
            return fields.get(key) instanceof String text ? text : otherwise;
        }

        private Double number(String key) {
            return fields.get(key) instanceof Number number ? number.doubleValue() : null;
        }

        private int whole(String key) {
            Double number = number(key);
            return number == null ? 0 : number.intValue();
        }

        private Duration seconds(String key) {
            Double number = number(key);
            return number == null ? null : Duration.ofNanos((long) (number * 1e9));
        }

        private boolean is(String key) {
            return Boolean.TRUE.equals(fields.get(key));
        }
    }

    /** Runs the script; a task without one is echoed. */
    private static Reply answer(Task task) throws Exception {
        if (!(task.context().get("script") instanceof List<?> script) || script.isEmpty()) {
            return Reply.of(task.parts());
        }
        Run run = new Run(task);
        for (Object step : script) {
            run.step(Step.of(step));
        }
        return run.reply();
    }

    /** One run of a script, and the reply that its steps build. */
    private static final class Run {
        private final Task task;
        private final List<Part> parts = new ArrayList<>();
        private final List<Object> results = new ArrayList<>();
        private Double confidence;
        private Usage usage;
        private boolean notMine;

        private Run(Task task) {
            this.task = task;
        }

        private Reply reply() {
            if (notMine) {
                return Reply.notMine();
            }
            if (parts.isEmpty() && !results.isEmpty()) {
                parts.add(Content.data(Map.of("results", results)));
            }
            return Reply.of(parts).withConfidence(confidence).withUsage(usage);
        }

        private void step(Step step) throws InterruptedException {
            switch (step.text("op", "")) {
                case "echo" -> parts.addAll(task.parts());
                case "text" -> parts.add(Content.text(step.text("text", "")));
                case "bytes" -> parts.add(Content.text("x".repeat(step.whole("size"))));
                case "report" -> parts.add(Content.data(report()));
                case "sleep" -> pause(step.seconds("seconds"));
                case "partial" -> {
                    if (step.is("append")) {
                        task.write(step.text("text", ""));
                    } else {
                        task.writePart(Content.text(step.text("text", "")));
                    }
                }
                case "progress" -> task.progress(step.text("text", ""), step.number("fraction"));
                case "confidence" -> confidence = step.number("value");
                case "usage" ->
                    usage = Usage.newBuilder()
                            .setModel(step.text("model", ""))
                            .setInputTokens(step.whole("input_tokens"))
                            .setOutputTokens(step.whole("output_tokens"))
                            .setCostMicros(step.whole("cost_micros"))
                            .setCurrency(step.text("currency", ""))
                            .build();
                case "not_mine" -> notMine = true;
                case "fail" -> throw BotmeshException.failed(step.text("text", "failed"));
                case "crash" -> throw new IllegalStateException(step.text("text", "a bug"));
                case "exit" -> Runtime.getRuntime().halt(137);
                case "count" -> results.add(Map.of("count", count(step.text("key", ""), 1)));
                case "counted" -> results.add(Map.of("count", count(step.text("key", ""), 0)));
                case "delegate" -> results.add(delegate(task, step));
                case "parallel" -> results.add(parallel(step));
                case "notify" -> results.add(send(step));
                default -> throw BotmeshException.failed("there is no step '" + step.text("op", "") + "'");
            }
        }

        private List<Object> parallel(Step step) throws InterruptedException {
            List<?> steps = (List<?>) step.fields.get("steps");
            Object[] outcomes = new Object[steps.size()];
            List<Thread> threads = new ArrayList<>();
            for (int index = 0; index < outcomes.length; index++) {
                int place = index;
                Thread thread = new Thread(() -> outcomes[place] = delegate(task, Step.of(steps.get(place))));
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            return List.of(outcomes);
        }

        private Object send(Step step) {
            try {
                task.send(step.text("to", ""), step.text("text", ""), Options.NONE);
                return Map.of("ok", true);
            } catch (BotmeshException e) {
                return failure(e);
            }
        }

        /** Everything that a bot can read of its call. */
        private Map<String, Object> report() {
            Map<String, Object> context = task.context();
            context.remove("script");
            Map<String, Object> seen = new LinkedHashMap<>();
            seen.put("from_agent", task.fromAgent());
            seen.put("to_agent", task.message().getToAgent());
            seen.put("message_type", task.message().getMessageType().name().replace("MESSAGE_TYPE_", ""));
            seen.put("message_id", task.messageId());
            seen.put("correlation_id", task.correlationId());
            seen.put("conversation_id", task.conversationId());
            seen.put("account_id", task.account());
            seen.put("skill_id", task.skill());
            seen.put("text", task.text());
            seen.put("context", context);
            seen.put("path", task.path());
            seen.put("max_hops", task.maxHops());
            seen.put("deadline_seconds", task.remaining().toNanos() / 1e9);
            seen.put("trace_id", task.traceId());
            if (task instanceof Conversation conversation) {
                seen.put(
                        "turn",
                        Map.of(
                                "turn_id", conversation.turn().getTurnId(),
                                "epoch", conversation.turn().getEpoch(),
                                "contact_id", conversation.contactId(),
                                "channel", conversation.channel(),
                                "transferred_from", conversation.transferredFrom(),
                                "intent", conversation.intent()));
            }
            return seen;
        }
    }

    /** Delegates to another agent and returns the outcome. */
    private static Map<String, Object> delegate(Task task, Step step) {
        Double size = step.number("size");
        String text = size == null ? step.text("text", "") : "x".repeat(size.intValue());
        Double hops = step.number("max_hops");
        Options options = Options.NONE
                .withTimeout(step.seconds("timeout"))
                .withMaxHops(hops == null ? null : hops.intValue())
                .withSkill(step.text("skill", ""))
                .withMessageId(step.text("message_id", ""))
                .withConversationId(step.text("conversation_id", ""));
        if (step.fields.get("context") instanceof Map<?, ?> map) {
            options = options.withContext(
                    map.entrySet().stream().collect(Collectors.toMap(e -> (String) e.getKey(), Map.Entry::getValue)));
        }
        Thread calling = Thread.currentThread();
        Duration cancelAfter = step.seconds("cancel_after");
        Thread canceller = cancelAfter == null ? null : new Thread(() -> interrupt(calling, cancelAfter));
        if (canceller != null) {
            canceller.setDaemon(true);
            canceller.start();
        }
        try {
            return step.is("stream")
                    ? streamed(task, step, text, options)
                    : success(task.delegate(step.text("to", ""), text, options));
        } catch (BotmeshException e) {
            return failure(e);
        } finally {
            if (canceller != null) {
                canceller.interrupt();
            }
        }
    }

    private static void interrupt(Thread calling, Duration after) {
        try {
            pause(after);
            calling.interrupt();
        } catch (InterruptedException e) {
            return; // the call ended before
        }
    }

    private static Map<String, Object> streamed(Task task, Step step, String text, Options options) {
        int[] counts = new int[2];
        Double leaveAfter = step.number("leave_after");
        Optional<Reply> reply = task.stream(step.text("to", ""), text, options, event -> {
            counts[0]++;
            counts[1] += event.reset() == null ? 0 : 1;
            return leaveAfter == null || counts[0] < leaveAfter;
        });
        if (reply.isEmpty()) {
            return Map.of("ok", true, "left", true, "events", counts[0]);
        }
        Map<String, Object> result = success(reply.get());
        result.put("events", counts[0]);
        result.put("resets", counts[1]);
        return result;
    }

    private static Map<String, Object> success(Reply reply) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("ok", true);
        result.put("text", reply.parts().stream().map(Part::getText).collect(Collectors.joining()));
        result.put(
                "data",
                reply.parts().stream()
                        .filter(Part::hasData)
                        .findFirst()
                        .map(part -> Content.fromValue(part.getData()))
                        .orElse(null));
        result.put("confidence", reply.confidence());
        result.put("events", 0);
        result.put("resets", 0);
        result.put("instance_id", reply.origin().instance());
        return result;
    }

    private static Map<String, Object> failure(BotmeshException error) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("ok", false);
        result.put("code", error.code().name());
        result.put("reason", error.reason().wireName());
        result.put("fields", error.metadata());
        result.put("started", error.started());
        result.put("text", error.getMessage());
        return result;
    }
}
