package io.botmesh;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.botmesh.v1.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Makes parts, and converts variables between Java and the contract. */
public final class Content {
    /** Ends the recursion. The limit of the contract is lower; Fields checks it before the message is sent. */
    private static final int MAX_DEPTH = 64;

    private Content() {}

    /** Returns a part of text. */
    public static Part text(String text) {
        return Part.newBuilder().setText(text).build();
    }

    /**
     * Returns a part of JSON data: null, Boolean, Number, String, Iterable or Map. Throws INVALID_FIELD for other
     * types.
     */
    public static Part data(Object value) {
        return Part.newBuilder().setData(toValue(value, 0)).build();
    }

    /** Returns a part with the bytes of a file; mediaType as in "image/png". */
    public static Part raw(byte[] bytes, String mediaType, String filename) {
        return Part.newBuilder()
                .setRaw(ByteString.copyFrom(bytes))
                .setMediaType(mediaType)
                .setFilename(filename)
                .build();
    }

    /** Returns the text parts, joined by newlines. */
    public static String textOf(List<Part> parts) {
        return parts.stream().filter(Part::hasText).map(Part::getText).collect(Collectors.joining("\n"));
    }

    /**
     * Converts a protobuf Value to Java: null, Boolean, Long (whole numbers below 2^53), Double, String, List or Map.
     */
    public static Object fromValue(Value value) {
        return switch (value.getKindCase()) {
            case STRUCT_VALUE -> fromStruct(value.getStructValue());
            case LIST_VALUE -> {
                List<Object> items = new ArrayList<>();
                value.getListValue().getValuesList().forEach(item -> items.add(fromValue(item)));
                yield items;
            }
            case NUMBER_VALUE -> {
                double number = value.getNumberValue();
                if (number == Math.rint(number) && Math.abs(number) < 1L << 53) {
                    yield (long) number;
                }
                yield number;
            }
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case NULL_VALUE, KIND_NOT_SET -> null;
        };
    }

    /** Converts a protobuf Struct to a map. */
    public static Map<String, Object> fromStruct(Struct struct) {
        Map<String, Object> variables = new LinkedHashMap<>();
        struct.getFieldsMap().forEach((key, value) -> variables.put(key, fromValue(value)));
        return variables;
    }

    static Struct toStruct(Map<String, ?> values) {
        Struct.Builder builder = Struct.newBuilder();
        values.forEach((key, value) -> builder.putFields(key, toValue(value, 1)));
        return builder.build();
    }

    /** `depth` counts the lists and maps around the value. */
    private static Value toValue(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw BotmeshException.invalid("data", "data is nested more than " + MAX_DEPTH + " deep, or holds itself");
        }
        Value.Builder builder = Value.newBuilder();
        if (value == null) {
            return builder.setNullValue(NullValue.NULL_VALUE).build();
        }
        if (value instanceof String text) {
            return builder.setStringValue(text).build();
        }
        if (value instanceof Number number) {
            return builder.setNumberValue(number.doubleValue()).build();
        }
        if (value instanceof Boolean truth) {
            return builder.setBoolValue(truth).build();
        }
        if (value instanceof Iterable<?> list) {
            ListValue.Builder values = ListValue.newBuilder();
            list.forEach(element -> values.addValues(toValue(element, depth + 1)));
            return builder.setListValue(values).build();
        }
        if (value instanceof Map<?, ?> map) {
            Struct.Builder fields = Struct.newBuilder();
            map.forEach((key, element) -> fields.putFields(String.valueOf(key), toValue(element, depth + 1)));
            return builder.setStructValue(fields).build();
        }
        throw BotmeshException.invalid(
                "data", "JSON cannot hold a " + value.getClass().getName());
    }
}
