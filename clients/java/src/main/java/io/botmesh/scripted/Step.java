package io.botmesh.scripted;

import java.time.Duration;
import java.util.Map;

/** The fields of one step of a script, or other variables of a task. */
record Step(Map<?, ?> fields) {
    static Step of(Object value) {
        return new Step(value instanceof Map<?, ?> map ? map : Map.of());
    }

    String text(String key, String otherwise) {
        return fields.get(key) instanceof String text ? text : otherwise;
    }

    /** Returns a number; null if the field is missing or no number. */
    Double number(String key) {
        return fields.get(key) instanceof Number number ? number.doubleValue() : null;
    }

    /** Returns a whole number; 0 if the field is missing or no number. */
    int whole(String key) {
        Double number = number(key);
        return number == null ? 0 : number.intValue();
    }

    /** Returns a duration that is given in seconds; null if the field is missing or no number. */
    Duration seconds(String key) {
        Double number = number(key);
        return number == null ? null : Duration.ofNanos((long) (number * 1e9));
    }

    boolean is(String key) {
        return Boolean.TRUE.equals(fields.get(key));
    }
}
