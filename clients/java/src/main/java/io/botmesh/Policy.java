package io.botmesh;

import com.google.protobuf.Message;
import java.util.EnumSet;
import java.util.Set;

/** One rule of the mesh, with its caller side and its callee side. A policy refuses a call by throwing. */
interface Policy {
    /** Returns the kinds of methods that the policy applies to. */
    default Set<Call.Kind> appliesTo() {
        return EnumSet.of(Call.Kind.WORK);
    }

    /** Runs before a call is sent. */
    default void caller(Call call) {}

    /** Runs before an arrived call is served. */
    default void callee(Call call) {}

    /** Runs before a message of `size` bytes is sent. */
    default void sending(Call call, int size) {}

    /** Runs before a message of `size` bytes is parsed. */
    default void received(Call call, int size) {}

    /** Runs after a response was parsed (caller). */
    default void read(Call call, Message message) {}

    /** Runs when the call is over; call.error is null on success. Does not run if this policy refused the call. */
    default void finish(Call call) {}
}
