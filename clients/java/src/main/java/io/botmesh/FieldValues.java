package io.botmesh;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.botmesh.v1.Usage;

/** The checks of single values, one for each kind of field. Each throws InvalidValue if the value is not allowed. */
final class FieldValues {
    /** The largest count of tokens or cost: exact as a double in every language, and sums do not overflow 64 bits. */
    static final long MAX_AMOUNT = (1L << 53) - 1;
    /** The longest string of a field that is no text, in characters: ids, names, reasons. */
    static final int MAX_STRING = 4_096;
    /** The end of the allowed timestamps in seconds, the year 2200. Later ones can overflow 64 bits as nanoseconds. */
    private static final long MAX_TIMESTAMP = 7_258_118_400L;
    /** The longest duration in seconds: 100 years. */
    private static final long MAX_DURATION = 3_155_760_000L;

    private static final int MAX_NANOS = 999_999_999;
    /** The deepest nesting of a Value. Parsers stop at 100 messages, and those around the Value need some of them. */
    private static final int MAX_NESTING = 64;
    /** The protobuf messages that one array adds to the nesting. */
    private static final int ARRAY_NESTING = 2;
    /** The protobuf messages that one object adds to the nesting. */
    private static final int OBJECT_NESTING = 3;

    private FieldValues() {}

    static void checkTimestamp(Timestamp value) {
        boolean isInRange = value.getSeconds() >= 0 && value.getSeconds() < MAX_TIMESTAMP;
        if (!isInRange || value.getNanos() < 0 || value.getNanos() > MAX_NANOS) {
            throw new InvalidValue("must be within the years 1970 to 2200, with nanos of 0 to 999,999,999");
        }
    }

    static void checkDuration(Duration value) {
        boolean isInRange = value.getSeconds() >= 0 && value.getSeconds() <= MAX_DURATION;
        if (!isInRange || value.getNanos() < 0 || value.getNanos() > MAX_NANOS) {
            throw new InvalidValue("must be 0 s to 100 years, with nanos of 0 to 999,999,999");
        }
    }

    static void checkEnum(EnumDescriptor kind, int number) {
        if (kind.findValueByNumber(number) == null) {
            throw new InvalidValue("must be a value of " + kind.getName() + " and " + number + " is none");
        }
    }

    static void checkNumber(double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidValue("must be a finite number");
        }
    }

    static void checkUnsigned(long value) {
        if (value < 0) { // a uint64 over 2^63 - 1 is negative in Java
            throw new InvalidValue("must be at most " + Long.MAX_VALUE);
        }
    }

    static void checkString(String value) {
        if (value.length() > MAX_STRING && value.codePointCount(0, value.length()) > MAX_STRING) {
            throw new InvalidValue(
                    "has " + value.codePointCount(0, value.length()) + " characters and may have " + MAX_STRING);
        }
    }

    static void checkUsage(Usage value) {
        checkAmount("input_tokens", value.getInputTokens());
        checkAmount("output_tokens", value.getOutputTokens());
        checkAmount("cost_micros", value.getCostMicros());
    }

    private static void checkAmount(String field, long value) {
        if (value < 0 || value > MAX_AMOUNT) {
            throw new InvalidValue("must be 0 to " + MAX_AMOUNT).in(field);
        }
    }

    static void checkValue(Value value) {
        checkValue(value, 0);
    }

    static void checkStruct(Struct struct) {
        checkStruct(struct, 0);
    }

    static void checkList(ListValue list) {
        checkList(list, 0);
    }

    private static void checkValue(Value value, int depth) { // recursive: MAX_NESTING limits the depth
        switch (value.getKindCase()) {
            case NUMBER_VALUE -> {
                if (!Double.isFinite(value.getNumberValue())) {
                    throw new InvalidValue("has a number that JSON cannot hold: NaN or an infinity");
                }
            }
            case STRUCT_VALUE -> checkStruct(value.getStructValue(), depth);
            case LIST_VALUE -> checkList(value.getListValue(), depth);
            default -> {
                // any value is allowed
            }
        }
    }

    private static void checkStruct(Struct struct, int depth) {
        int inside = deeper(depth, OBJECT_NESTING);
        for (Value value : struct.getFieldsMap().values()) {
            checkValue(value, inside);
        }
    }

    private static void checkList(ListValue list, int depth) {
        int inside = deeper(depth, ARRAY_NESTING);
        for (int index = 0; index < list.getValuesCount(); index++) {
            checkValue(list.getValues(index), inside);
        }
    }

    private static int deeper(int depth, int more) {
        if (depth + more > MAX_NESTING) {
            throw new InvalidValue("is nested too deep: 32 arrays in each other are the most, or 21 objects");
        }
        return depth + more;
    }
}
