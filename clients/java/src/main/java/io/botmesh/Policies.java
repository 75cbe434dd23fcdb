package io.botmesh;

import com.google.protobuf.Message;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The mesh's policies, in the order in which they look at a call. One policy a file, both ends in it. */
final class Policies {
    static final List<Policy> ALL = List.of(
            new TracePolicy(), // sees everything, refusals included
            new ErrorsPolicy(), // completes what the trace will show
            new FieldsPolicy(), // what follows can rely on what it reads
            new TargetPolicy(), // reads the chain; all that follow need it
            new EnabledPolicy(),
            new DeadlinePolicy(),
            new SizePolicy(),
            new HopsPolicy(),
            new LoopsPolicy(),
            new IdempotencyPolicy(), // a repeat joins here ...
            new ConcurrencyPolicy()); // ... so that it does not count here

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

    /** Let each policy look at the call; where one refuses, the call is finished and the error thrown. */
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

    /** A message is about to leave. */
    static void sending(Call call, int size) {
        OF.get(call.kind).forEach(policy -> policy.sending(call, size));
    }

    /** A message has come in. */
    static void received(Call call, int size) {
        OF.get(call.kind).forEach(policy -> policy.received(call, size));
    }

    /** A message has been read: a response, at the caller. */
    static void read(Call call, Message message) {
        OF.get(call.kind).forEach(policy -> policy.read(call, message));
    }

    /** The call went well. */
    static void succeed(Call call, int passed) {
        finish(call, passed);
    }

    /** The call failed; the error as it leaves this end. */
    static BotmeshException fail(Call call, int passed, Throwable error) {
        call.error = Statuses.asError(error);
        finish(call, passed);
        return call.error;
    }

    /** Tell the policies that passed the call that it is over, innermost first. */
    private static void finish(Call call, int passed) {
        call.atEnd.forEach(Runnable::run);
        List<Policy> all = OF.get(call.kind);
        for (int index = passed - 1; index >= 0; index--) {
            all.get(index).finish(call);
        }
    }
}
