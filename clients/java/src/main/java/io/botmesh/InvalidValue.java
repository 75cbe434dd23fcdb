package io.botmesh;

/**
 * Thrown by the checks of Fields for a value that is not allowed. Its path is built while the exception propagates, so
 * that valid messages cost nothing.
 */
final class InvalidValue extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private String path = "";

    /** Creates an error without a path; the text says which values are allowed. */
    InvalidValue(String text) {
        super(text, null, false, false);
    }

    /** Returns the path of the field, such as "message.payload[2].data"; empty for the message itself. */
    String path() {
        return path;
    }

    /** Prepends the name of a field, or the index in a list. */
    InvalidValue in(String name) {
        path = path.isEmpty() || path.startsWith("[") ? name + path : name + "." + path;
        return this;
    }

    /** Removes "key" or "value", so that an entry of a map is shown as the map's field. */
    InvalidValue outOfEntry() {
        int dot = path.indexOf('.');
        path = dot < 0 ? "" : path.substring(dot + 1);
        return this;
    }
}
