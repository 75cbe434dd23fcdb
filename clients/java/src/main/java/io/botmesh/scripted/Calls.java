package io.botmesh.scripted;

import io.botmesh.BotmeshException;
import io.botmesh.Options;
import io.botmesh.Reply;
import io.botmesh.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The steps that call other agents. Each returns the outcome of its call. */
final class Calls {
    private Calls() {}

    static Map<String, Object> delegate(Task task, Step step) {
        Double size = step.number("size");
        String text = size == null ? step.text("text", "") : "x".repeat(size.intValue());
        Options options = options(step);
        Thread canceller = cancelAfter(step.seconds("cancel_after"));
        try {
            return step.is("stream")
                    ? stream(task, step, text, options)
                    : Outcomes.success(task.delegate(step.text("to", ""), text, options));
        } catch (BotmeshException e) {
            return Outcomes.failure(e);
        } finally {
            if (canceller != null) {
                canceller.interrupt();
            }
        }
    }

    /** Delegates all steps at the same time. */
    static List<Object> parallel(Task task, List<?> steps) throws InterruptedException {
        Object[] outcomes = new Object[steps.size()];
        List<Thread> threads = new ArrayList<>();
        for (int index = 0; index < outcomes.length; index++) {
            int place = index;
            threads.add(start(() -> outcomes[place] = delegate(task, Step.of(steps.get(place)))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return List.of(outcomes);
    }

    static Map<String, Object> send(Task task, Step step) {
        try {
            task.send(step.text("to", ""), step.text("text", ""), Options.NONE);
            return Map.of("ok", true);
        } catch (BotmeshException e) {
            return Outcomes.failure(e);
        }
    }

    private static Options options(Step step) {
        Double hops = step.number("max_hops");
        Options options = Options.NONE
                .withTimeout(step.seconds("timeout"))
                .withMaxHops(hops == null ? null : hops.intValue())
                .withSkill(step.text("skill", ""))
                .withMessageId(step.text("message_id", ""))
                .withConversationId(step.text("conversation_id", ""));
        if (step.fields().get("context") instanceof Map<?, ?> map) {
            options = options.withContext(
                    map.entrySet().stream().collect(Collectors.toMap(e -> (String) e.getKey(), Map.Entry::getValue)));
        }
        return options;
    }

    private static Map<String, Object> stream(Task task, Step step, String text, Options options) {
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
        Map<String, Object> result = Outcomes.success(reply.get());
        result.put("events", counts[0]);
        result.put("resets", counts[1]);
        return result;
    }

    /** Interrupts the calling thread after a time. Returns the thread that does so; null if `after` is null. */
    private static Thread cancelAfter(Duration after) {
        if (after == null) {
            return null;
        }
        Thread calling = Thread.currentThread();
        return start(() -> {
            try {
                TimeUnit.NANOSECONDS.sleep(after.toNanos());
                calling.interrupt();
            } catch (InterruptedException e) {
                return; // the call ended before
            }
        });
    }

    private static Thread start(Runnable run) {
        Thread thread = new Thread(run);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
