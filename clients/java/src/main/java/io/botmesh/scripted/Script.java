package io.botmesh.scripted;

import io.botmesh.BotmeshException;
import io.botmesh.Content;
import io.botmesh.Reply;
import io.botmesh.Task;
import io.botmesh.v1.Part;
import io.botmesh.v1.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** One run of a script, and the reply that its steps build. */
final class Script {
    private static final Map<String, Integer> COUNTS = new ConcurrentHashMap<>();

    private final Task task;
    private final List<Part> parts = new ArrayList<>();
    private final List<Object> results = new ArrayList<>();
    private Double confidence;
    private Usage usage;
    private boolean notMine;

    private Script(Task task) {
        this.task = task;
    }

    /** Runs the script of a task. A task without one is echoed. */
    static Reply run(Task task) throws InterruptedException {
        if (!(task.context().get("script") instanceof List<?> steps) || steps.isEmpty()) {
            return Reply.of(task.parts());
        }
        Script script = new Script(task);
        for (Object step : steps) {
            script.run(Step.of(step));
        }
        return script.reply();
    }

    /** Adds to the counter of this name, which all tasks of the process share. Returns the new count. */
    static int count(String key, int more) {
        return COUNTS.merge(key, more, Integer::sum);
    }

    private void run(Step step) throws InterruptedException {
        switch (step.text("op", "")) {
            case "echo" -> parts.addAll(task.parts());
            case "text" -> parts.add(Content.text(step.text("text", "")));
            case "bytes" -> parts.add(Content.text("x".repeat(step.whole("size"))));
            case "report" -> parts.add(Content.data(Report.of(task)));
            case "sleep" -> sleep(step);
            case "partial" -> writePartial(step);
            case "progress" -> task.progress(step.text("text", ""), step.number("fraction"));
            case "confidence" -> confidence = step.number("value");
            case "usage" -> usage = usage(step);
            case "not_mine" -> notMine = true;
            case "fail" -> throw BotmeshException.failed(step.text("text", "failed"));
            case "crash" -> throw new IllegalStateException(step.text("text", "a bug"));
            case "exit" -> Runtime.getRuntime().halt(137);
            case "count" -> results.add(Map.of("count", count(step.text("key", ""), 1)));
            case "counted" -> results.add(Map.of("count", count(step.text("key", ""), 0)));
            case "delegate" -> results.add(Calls.delegate(task, step));
            case "parallel" ->
                results.add(Calls.parallel(task, (List<?>) step.fields().get("steps")));
            case "notify" -> results.add(Calls.send(task, step));
            case "hand_to_person" -> results.add(Services.handToPerson(task, step));
            case "close" -> results.add(Services.close(task, step));
            case "opening" -> parts.add(Content.data(Services.opening(task)));
            default -> throw BotmeshException.failed("there is no step '" + step.text("op", "") + "'");
        }
    }

    private static void sleep(Step step) throws InterruptedException {
        if (step.seconds("seconds") != null) {
            TimeUnit.NANOSECONDS.sleep(step.seconds("seconds").toNanos());
        }
    }

    private void writePartial(Step step) {
        if (step.is("append")) {
            task.write(step.text("text", ""));
        } else {
            task.writePart(Content.text(step.text("text", "")));
        }
    }

    private static Usage usage(Step step) {
        return Usage.newBuilder()
                .setModel(step.text("model", ""))
                .setInputTokens(step.whole("input_tokens"))
                .setOutputTokens(step.whole("output_tokens"))
                .setCostMicros(step.whole("cost_micros"))
                .setCurrency(step.text("currency", ""))
                .build();
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
}
