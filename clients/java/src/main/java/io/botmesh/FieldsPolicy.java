package io.botmesh;

import com.google.protobuf.Message;
import java.util.EnumSet;
import java.util.Set;

/**
 * Refuses messages with values that the mesh cannot store, print or parse again: timestamps, durations, numbers, enums,
 * string lengths and nesting (see Fields).
 */
final class FieldsPolicy implements Policy {
    @Override
    public Set<Call.Kind> appliesTo() {
        return EnumSet.allOf(Call.Kind.class);
    }

    /** Refuses a request before it is sent. */
    @Override
    public void caller(Call call) {
        if (call.request != null) {
            Fields.check(call.request);
        }
    }

    /** Refuses a request that cannot be parsed or holds an invalid field. */
    @Override
    public void callee(Call call) {
        if (call.unreadable != null) {
            throw call.unreadable;
        }
        if (call.request != null) {
            Fields.check(call.request);
        }
    }

    /** Checks the responses of agents. Services of the mesh are trusted. */
    @Override
    public void read(Call call, Message message) {
        if (!call.atCaller || call.method.startsWith(Call.SERVICE)) {
            Fields.check(message);
        }
    }
}
