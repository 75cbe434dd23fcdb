package io.botmesh;

import com.google.protobuf.Message;
import java.util.EnumSet;
import java.util.Set;

/**
 * Nothing is read, and nothing sent, that nobody could store, print or read again: timestamps, durations, numbers, enums,
 * lengths and nesting of whole messages (Fields).
 */
final class FieldsPolicy implements Policy {
    @Override
    public Set<Call.Kind> appliesTo() {
        return EnumSet.allOf(Call.Kind.class);
    }

    /** What would be refused there never leaves. */
    @Override
    public void caller(Call call) {
        if (call.request != null) {
            Fields.check(call.request);
        }
    }

    /** Before any policy that relies on what it reads. */
    @Override
    public void callee(Call call) {
        if (call.unreadable != null) {
            throw call.unreadable;
        }
        if (call.request != null) {
            Fields.check(call.request);
        }
    }

    /** What an agent answers: agents are anybody's, services of the mesh are ours. */
    @Override
    public void read(Call call, Message message) {
        if (!call.atCaller || call.method.startsWith(Call.SERVICE)) {
            Fields.check(message);
        }
    }
}
