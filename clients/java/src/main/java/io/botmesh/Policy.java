package io.botmesh;

import com.google.protobuf.Message;
import java.util.EnumSet;
import java.util.Set;

/** One rule of the mesh, both ends of it. A policy implements what it needs and refuses by throwing. */
interface Policy {
    /** Which methods have it. */
    default Set<Call.Kind> appliesTo() {
        return EnumSet.of(Call.Kind.WORK);
    }

    /** Before a call leaves. */
    default void caller(Call call) {}

    /** Before an arrived call is served. */
    default void callee(Call call) {}

    /** Before a message of so many bytes is sent. */
    default void sending(Call call, int size) {}

    /** Before a message of so many bytes is read. */
    default void received(Call call, int size) {}

    /** After a message was read: a response, at the caller. */
    default void read(Call call, Message message) {}

    /** When the call is over; call.error tells how. Not called where the policy itself refused. */
    default void finish(Call call) {}
}
