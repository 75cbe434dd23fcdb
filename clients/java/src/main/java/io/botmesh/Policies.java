package io.botmesh;

import com.google.protobuf.Message;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The ordered list of policies, and the code that runs them around a call. The first in the list is the outermost. */
final class Policies {
    static final List<Policy> ALL = List.of(
            new TracePolicy(), // outermost, so that its span includes the refusals of the others
            new ErrorsPolicy(), // completes the error before the trace records it
            new FieldsPolicy(), // the policies after it can rely on valid fields
            new TargetPolicy(), // reads the chain, which all policies after it need
            new EnabledPolicy(),
            new DeadlinePolicy(),
            new SizePolicy(),
            new HopsPolicy(),
            new LoopsPolicy(),
            new IdempotencyPolicy(), // finds the running work that a repeat joins
            new ConcurrencyPolicy()); // does not count a call that joins running work

    private static final Map<Call.Kind, List<Policy>> OF = new EnumMap<>(Call.Kind.class);

    static {
        for (Call.Kind kind : Call.Kind.values()) {
            OF.put(
                    kind,
                    ALL.stream()
                            .filter(policy -> policy.appliesTo().contains(kind))
                            .toList());
        }
    }

    private Policies() {}

    /** Runs the policies before the call. Returns how many to finish. If one refuses, finishes the call and throws. */
    static int start(Call call) {
        int passed = 0;
        try {
            for (Policy policy : OF.get(call.kind)) {
                if (call.atCaller) {
                    policy.caller(call);
                } else {
                    policy.callee(call);
                }
                passed++;
            }
        } catch (RuntimeException e) {
            throw fail(call, passed, e);
        }
        return passed;
    }

    /** Runs the policies before a message is sent. */
    static void sending(Call call, int size) {
        OF.get(call.kind).forEach(policy -> policy.sending(call, size));
    }

    /** Runs the policies when a message has arrived. */
    static void received(Call call, int size) {
        OF.get(call.kind).forEach(policy -> policy.received(call, size));
    }

    /** Runs the policies on a parsed response (caller). */
    static void read(Call call, Message message) {
        OF.get(call.kind).forEach(policy -> policy.read(call, message));
    }

    /** Finishes a successful call. */
    static void succeed(Call call, int passed) {
        finish(call, passed);
    }

    /** Finishes a failed call. Returns the error to throw or send. */
    static BotmeshException fail(Call call, int passed, Throwable error) {
        call.error = Statuses.asError(error);
        finish(call, passed);
        return call.error;
    }

    /** Finishes the first `passed` policies, innermost first. */
    private static void finish(Call call, int passed) {
        call.atEnd.forEach(Runnable::run);
        List<Policy> all = OF.get(call.kind);
        for (int index = passed - 1; index >= 0; index--) {
            all.get(index).finish(call);
        }
    }
}
