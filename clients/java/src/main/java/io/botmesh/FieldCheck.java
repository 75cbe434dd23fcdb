package io.botmesh;

/** The check of one kind of value. */
interface FieldCheck {
    /** Throws InvalidValue if the value is not allowed. If `isSmall`, no string in it can be too long. */
    void check(Object value, boolean isSmall);
}
