package io.botmesh;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.botmesh.v1.GetTraceResponse;
import io.botmesh.v1.ListTracesResponse;
import io.botmesh.v1.Usage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Validates the fields of any message: one check per kind of field, found by descriptors. A message that passes can be
 * stored, listed, printed as JSON and parsed again in every language; one that fails is refused with the path of the
 * field.
 *
 * <p>Each message type is analysed once; after that only fields that can be invalid are visited. The strings of a
 * message of at most MAX_STRING bytes cannot be too long and are not visited.
 */
final class Fields {
    /**
     * The end of the allowed timestamps in seconds: the year 2200. Later ones could overflow 64 bits as nanoseconds.
     */
    private static final long MAX_TIMESTAMP = 7_258_118_400L;
    /** The longest duration in seconds: 100 years. */
    private static final long MAX_DURATION = 3_155_760_000L;

    private static final int MAX_NANOS = 999_999_999;
    /**
     * The nesting of a Value in protobuf messages. Parsers stop at 100, and the messages around the Value need some.
     */
    private static final int MAX_NESTING = 64;
    /** The nesting that an array adds ... */
    private static final int ARRAY_NESTING = 2;
    /** ... and the nesting that an object adds. */
    private static final int OBJECT_NESTING = 3;
    /** The largest count of tokens or cost: exact as a double in every language, and sums do not overflow 64 bits. */
    static final long MAX_AMOUNT = (1L << 53) - 1;
    /** The longest string, in characters, of the fields that are not in TEXTS: ids, names, reasons. */
    static final int MAX_STRING = 4_096;
    /** Messages of other packages are not checked here. */
    private static final String PACKAGE = "botmesh.v1.";
    /** String fields without a length limit of their own. */
    private static final Set<String> TEXTS = Set.of(
            "botmesh.v1.Part.text",
            "botmesh.v1.Part.url",
            "botmesh.v1.Progress.text",
            "botmesh.v1.AgentCard.description",
            "botmesh.v1.Skill.name",
            "botmesh.v1.Skill.description",
            "botmesh.v1.Skill.examples",
            "botmesh.v1.FindAgentsRequest.query");
    /** These contain spans, which may hold any value. */
    private static final Set<Descriptor> UNCHECKED =
            Set.of(GetTraceResponse.getDescriptor(), ListTracesResponse.getDescriptor());

    private static final Map<Descriptor, Check> WELL_KNOWN = Map.of(
            Timestamp.getDescriptor(), (value, isSmall) -> checkTimestamp((Timestamp) value),
            Duration.getDescriptor(), (value, isSmall) -> checkDuration((Duration) value),
            Value.getDescriptor(), (value, isSmall) -> checkValue((Value) value, 0),
            Struct.getDescriptor(), (value, isSmall) -> checkStruct((Struct) value, 0),
            ListValue.getDescriptor(), (value, isSmall) -> checkList((ListValue) value, 0));
    /** The plans by message type; each is made on first use. */
    private static final Map<Descriptor, Plan> PLANS = new ConcurrentHashMap<>();

    private Fields() {}

    /** Checks a value; throws InvalidValue. If `isSmall`, no string in it can be too long. */
    private interface Check {
        void check(Object value, boolean isSmall);
    }

    /**
     * A value is not allowed. Its path is built while the exception propagates, so that valid messages cost nothing.
     */
    private static final class InvalidValue extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private String place = "";

        private InvalidValue(String text) {
            super(text, null, false, false);
        }

        /** Prepends the name of a field, or the index in a list. */
        private InvalidValue in(String name) {
            place = place.isEmpty() || place.startsWith("[") ? name + place : name + "." + place;
            return this;
        }

        /** Removes "key" or "value": a map is shown as its field. */
        private InvalidValue outOfEntry() {
            int dot = place.indexOf('.');
            place = dot < 0 ? "" : place.substring(dot + 1);
            return this;
        }
    }

    /** A field that can be invalid, and its check. If `ofString`, only the length of its strings can be invalid. */
    private record Field(FieldDescriptor descriptor, Check check, boolean ofString) {
        private void check(Message message, boolean isSmall) {
            try {
                if (descriptor.isRepeated()) {
                    checkAll(message, isSmall);
                } else if (!descriptor.hasPresence() || message.hasField(descriptor)) {
                    check.check(message.getField(descriptor), isSmall);
                }
            } catch (InvalidValue e) {
                throw e.in(descriptor.getName());
            }
        }

        private void checkAll(Message message, boolean isSmall) {
            int count = message.getRepeatedFieldCount(descriptor);
            for (int index = 0; index < count; index++) {
                try {
                    check.check(message.getRepeatedField(descriptor, index), isSmall);
                } catch (InvalidValue e) {
                    throw descriptor.isMapField() ? e.outOfEntry() : e.in("[" + index + "]");
                }
            }
        }
    }

    /** The fields to check in one message type. */
    private static final class Plan implements Check {
        private final boolean isUsage;
        private List<Field> all;
        private List<Field> small;

        private Plan(Descriptor kind) {
            isUsage = kind == Usage.getDescriptor();
        }

        @Override
        public void check(Object value, boolean isSmall) {
            Message message = (Message) value;
            boolean shortStrings = isSmall || message.getSerializedSize() <= MAX_STRING;
            List<Field> fields = shortStrings ? small : all;
            for (int index = 0; index < fields.size(); index++) {
                fields.get(index).check(message, shortStrings);
            }
            if (isUsage) {
                checkUsage((Usage) message);
            }
        }

        private boolean neverInvalid() {
            return all != null && all.isEmpty() && !isUsage;
        }

        private boolean neverInvalidIfSmall() {
            return small != null && small.isEmpty() && !isUsage;
        }
    }

    /**
     * Throws INVALID_FIELD if a field holds a value that is not allowed, with the path of the field, such as
     * "message.payload[2].data", and the allowed values.
     */
    static void check(Message message) {
        try {
            Check known = WELL_KNOWN.get(message.getDescriptorForType());
            (known == null ? plan(message.getDescriptorForType()) : known).check(message, false);
        } catch (InvalidValue e) {
            String place = e.place.isEmpty() ? "the message" : e.place;
            throw BotmeshException.invalid(e.place, place + " " + e.getMessage());
        }
    }

    /** Parses bytes; throws INVALID_FIELD with `field` if that fails. */
    static <T> T parse(Parser<T> parser, byte[] bytes, String field, String what) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw BotmeshException.invalid(
                    field, what + " cannot be read: it is no message of the contract, or nested more than 100 deep");
        }
    }

    private static Plan plan(Descriptor kind) {
        Plan known = PLANS.get(kind);
        if (known == null) {
            Map<Descriptor, Plan> plans = new HashMap<>();
            known = make(kind, plans);
            PLANS.putAll(plans); // only now: other threads must not see unfinished plans
        }
        return known;
    }

    private static Plan make(Descriptor kind, Map<Descriptor, Plan> plans) {
        Plan known = plans.get(kind);
        if (known != null) {
            return known; // a message type may contain itself
        }
        Plan plan = new Plan(kind);
        plans.put(kind, plan);
        List<Field> all = new ArrayList<>();
        boolean isChecked = isChecked(kind);
        for (FieldDescriptor descriptor : isChecked ? kind.getFields() : List.<FieldDescriptor>of()) {
            Check check = of(descriptor, plans);
            if (check != null) {
                boolean ofString = descriptor.getJavaType() == FieldDescriptor.JavaType.STRING
                        || check instanceof Plan inner && inner.neverInvalidIfSmall();
                all.add(new Field(descriptor, check, ofString));
            }
        }
        plan.small = all.stream().filter(field -> !field.ofString).toList();
        plan.all = List.copyOf(all);
        return plan;
    }

    private static boolean isChecked(Descriptor kind) {
        return kind.getFullName().startsWith(PACKAGE) && !UNCHECKED.contains(kind);
    }

    /** Returns the check for a value of this field; null if all values are allowed. */
    private static Check of(FieldDescriptor field, Map<Descriptor, Plan> plans) {
        switch (field.getJavaType()) {
            case MESSAGE:
                Check known = WELL_KNOWN.get(field.getMessageType());
                Plan plan = known == null ? make(field.getMessageType(), plans) : null;
                return plan == null ? known : plan.neverInvalid() ? null : plan;
            case ENUM:
                EnumDescriptor kind = field.getEnumType();
                return (value, isSmall) -> checkEnum(kind, ((EnumValueDescriptor) value).getNumber());
            case DOUBLE, FLOAT:
                return (value, isSmall) -> checkNumber(((Number) value).doubleValue());
            case LONG:
                boolean isUnsigned = field.getType() == FieldDescriptor.Type.UINT64
                        || field.getType() == FieldDescriptor.Type.FIXED64;
                return isUnsigned ? (value, isSmall) -> checkUnsigned((Long) value) : null;
            case STRING:
                return TEXTS.contains(field.getFullName()) ? null : (value, isSmall) -> checkString((String) value);
            default:
                return null;
        }
    }

    private static void checkTimestamp(Timestamp value) {
        boolean isKnown = value.getSeconds() >= 0 && value.getSeconds() < MAX_TIMESTAMP;
        if (!isKnown || value.getNanos() < 0 || value.getNanos() > MAX_NANOS) {
            throw new InvalidValue("must be within the years 1970 to 2200, with nanos of 0 to 999,999,999");
        }
    }

    private static void checkDuration(Duration value) {
        boolean isKnown = value.getSeconds() >= 0 && value.getSeconds() <= MAX_DURATION;
        if (!isKnown || value.getNanos() < 0 || value.getNanos() > MAX_NANOS) {
            throw new InvalidValue("must be 0 s to 100 years, with nanos of 0 to 999,999,999");
        }
    }

    private static void checkEnum(EnumDescriptor kind, int number) {
        if (kind.findValueByNumber(number) == null) {
            throw new InvalidValue("must be a value of " + kind.getName() + " and " + number + " is none");
        }
    }

    private static void checkNumber(double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidValue("must be a finite number");
        }
    }

    private static void checkUnsigned(long value) {
        if (value < 0) { // a uint64 over 2^63 - 1 is negative in Java
            throw new InvalidValue("must be at most " + Long.MAX_VALUE);
        }
    }

    private static void checkString(String value) {
        if (value.length() > MAX_STRING && value.codePointCount(0, value.length()) > MAX_STRING) {
            throw new InvalidValue(
                    "has " + value.codePointCount(0, value.length()) + " characters and may have " + MAX_STRING);
        }
    }

    private static void checkUsage(Usage value) {
        checkAmount("input_tokens", value.getInputTokens());
        checkAmount("output_tokens", value.getOutputTokens());
        checkAmount("cost_micros", value.getCostMicros());
    }

    private static void checkAmount(String field, long value) {
        if (value < 0 || value > MAX_AMOUNT) {
            throw new InvalidValue("must be 0 to " + MAX_AMOUNT).in(field);
        }
    }

    /** checkValue, checkStruct and checkList call each other; MAX_NESTING bounds the depth. */
    private static void checkValue(Value value, int depth) {
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
