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

/** What bots and clients say: parts, and variables between Java and the contract. */
public final class Content {
    /** Deeper than any message may be: what is between is refused with its path when it is sent (Fields). */
    private static final int MAX_DEPTH = 64;

    private Content() {}

    /** A part of text. */
    public static Part text(String text) {
        return Part.newBuilder().setText(text).build();
    }

    /** A part of structured data: null, Boolean, Number, String, List or Map, as JSON has them. */
    public static Part data(Object value) {
        return Part.newBuilder().setData(toValue(value, 0)).build();
    }

    /** The bytes of a file. */
    public static Part raw(byte[] bytes, String mediaType, String filename) {
        return Part.newBuilder()
                .setRaw(ByteString.copyFrom(bytes))
                .setMediaType(mediaType)
                .setFilename(filename)
                .build();
    }

    /** The text parts, a line each. */
    public static String textOf(List<Part> parts) {
        return parts.stream().filter(Part::hasText).map(Part::getText).collect(Collectors.joining("\n"));
    }

    /** The contract's Value as Java has it; a whole number comes back as Long. */
    public static Object fromValue(Value value) {
        return switch (value.getKindCase()) {
            case STRUCT_VALUE -> fromStruct(value.getStructValue());
            case LIST_VALUE -> {
                List<Object> made = new ArrayList<>();
                value.getListValue().getValuesList().forEach(one -> made.add(fromValue(one)));
                yield made;
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

    /** The contract's Struct as variables. */
    public static Map<String, Object> fromStruct(Struct struct) {
        Map<String, Object> made = new LinkedHashMap<>();
        struct.getFieldsMap().forEach((key, value) -> made.put(key, fromValue(value)));
        return made;
    }

    static Struct toStruct(Map<String, ?> values) {
        Struct.Builder made = Struct.newBuilder();
        values.forEach((key, value) -> made.putFields(key, toValue(value, 1)));
        return made.build();
    }

    /** `depth`: in how many others it is. */
    private static Value toValue(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw BotmeshException.invalid("data", "data is nested more than " + MAX_DEPTH + " deep, or holds itself");
        }
        Value.Builder made = Value.newBuilder();
        if (value == null) {
            return made.setNullValue(NullValue.NULL_VALUE).build();
        }
        if (value instanceof String text) {
            return made.setStringValue(text).build();
        }
        if (value instanceof Number number) {
            return made.setNumberValue(number.doubleValue()).build();
        }
        if (value instanceof Boolean truth) {
            return made.setBoolValue(truth).build();
        }
        if (value instanceof Iterable<?> list) {
            ListValue.Builder values = ListValue.newBuilder();
            list.forEach(one -> values.addValues(toValue(one, depth + 1)));
            return made.setListValue(values).build();
        }
        if (value instanceof Map<?, ?> map) {
            Struct.Builder fields = Struct.newBuilder();
            map.forEach((key, one) -> fields.putFields(String.valueOf(key), toValue(one, depth + 1)));
            return made.setStructValue(fields).build();
        }
        throw BotmeshException.invalid(
                "data", "JSON cannot hold a " + value.getClass().getName());
    }
}
