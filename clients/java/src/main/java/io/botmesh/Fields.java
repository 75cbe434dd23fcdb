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
 * What the fields of any message may hold: one check a kind, driven by descriptors, at both ends of every call. What passes
 * can be stored, listed, printed as JSON and read again by every language; what does not is refused with the path of the
 * field.
 *
 * <p>Each kind of message is looked at once: later only the fields that can be wrong are visited. A string is never longer
 * than the message that holds it, so that the strings of a small message are not visited at all.
 */
final class Fields {
    /** Of a timestamp, in seconds: 2200. Later ones do not fit 64 bits as nanoseconds, with room to add. */
    private static final long MAX_TIMESTAMP = 7_258_118_400L;
    /** Of a duration, in seconds: a hundred years. */
    private static final long MAX_DURATION = 3_155_760_000L;

    private static final int MAX_NANOS = 999_999_999;
    /** Protobuf messages in each other that a JSON-like value may take: parsers stop at 100, and what carries it takes some. */
    private static final int MAX_NESTING = 64;
    /** What an array takes of that ... */
    private static final int ARRAY = 2;
    /** ... and what an object takes. */
    private static final int OBJECT = 3;
    /** Of tokens and costs: exact in every language, and sums of them stay far below 64 bits. */
    static final long MAX_AMOUNT = (1L << 53) - 1;
    /** Characters of a string that is no text: an id, a name, a reason. */
    static final int MAX_STRING = 4_096;
    /** Other messages are checked by whoever takes them in. */
    private static final String OURS = "botmesh.v1.";
    /** Strings that may be longer, as far as the size of the message allows. */
    private static final Set<String> TEXTS = Set.of(
            "botmesh.v1.Part.text",
            "botmesh.v1.Part.url",
            "botmesh.v1.Progress.text",
            "botmesh.v1.AgentCard.description",
            "botmesh.v1.Skill.name",
            "botmesh.v1.Skill.description",
            "botmesh.v1.Skill.examples",
            "botmesh.v1.FindAgentsRequest.query");
    /** What tells of spans, which may hold anything. */
    private static final Set<Descriptor> UNCHECKED =
            Set.of(GetTraceResponse.getDescriptor(), ListTracesResponse.getDescriptor());

    private static final Map<Descriptor, Check> WELL_KNOWN = Map.of(
            Timestamp.getDescriptor(), (value, isSmall) -> checkTimestamp((Timestamp) value),
            Duration.getDescriptor(), (value, isSmall) -> checkDuration((Duration) value),
            Value.getDescriptor(), (value, isSmall) -> checkValue((Value) value, 0),
            Struct.getDescriptor(), (value, isSmall) -> checkStruct((Struct) value, 0),
            ListValue.getDescriptor(), (value, isSmall) -> checkList((ListValue) value, 0));
    /** By kind of message: made when it is first met. */
    private static final Map<Descriptor, Plan> PLANS = new ConcurrentHashMap<>();

    private Fields() {}

    /** Looks at a value; throws Wrong. `isSmall`: no string in it can be too long. */
    private interface Check {
        void check(Object value, boolean isSmall);
    }

    /** A value is not allowed; where it stands is told on the way out, so that a good message pays nothing for it. */
    private static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private String place = "";

        private Wrong(String text) {
            super(text, null, false, false);
        }

        /** The same, seen from the message or the list that holds it under this name. */
        private Wrong in(String name) {
            place = place.isEmpty() || place.startsWith("[") ? name + place : name + "." + place;
            return this;
        }

        /** The same, seen from the map whose entry has it as key or value. */
        private Wrong outOfEntry() {
            int dot = place.indexOf('.');
            place = dot < 0 ? "" : place.substring(dot + 1);
            return this;
        }
    }

    /** A field that can be wrong, and what looks at its values. `ofString`: only the length of strings can be wrong. */
    private record Field(FieldDescriptor descriptor, Check check, boolean ofString) {
        private void look(Message message, boolean isSmall) {
            try {
                if (descriptor.isRepeated()) {
                    lookAtAll(message, isSmall);
                } else if (!descriptor.hasPresence() || message.hasField(descriptor)) {
                    check.check(message.getField(descriptor), isSmall);
                }
            } catch (Wrong e) {
                throw e.in(descriptor.getName());
            }
        }

        private void lookAtAll(Message message, boolean isSmall) {
            int count = message.getRepeatedFieldCount(descriptor);
            for (int index = 0; index < count; index++) {
                try {
                    check.check(message.getRepeatedField(descriptor, index), isSmall);
                } catch (Wrong e) {
                    throw descriptor.isMapField() ? e.outOfEntry() : e.in("[" + index + "]");
                }
            }
        }
    }

    /** What to look at in one kind of message. */
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
                fields.get(index).look(message, shortStrings);
            }
            if (isUsage) {
                checkUsage((Usage) message);
            }
        }

        private boolean neverWrong() {
            return all != null && all.isEmpty() && !isUsage;
        }

        private boolean neverWrongIfSmall() {
            return small != null && small.isEmpty() && !isUsage;
        }
    }

    /**
     * Refuse a message that holds what nobody could store, print or read again: INVALID_FIELD with the path of the field, as
     * "message.payload[2].data", and what is allowed there.
     */
    static void check(Message message) {
        try {
            Check known = WELL_KNOWN.get(message.getDescriptorForType());
            (known == null ? plan(message.getDescriptorForType()) : known).check(message, false);
        } catch (Wrong e) {
            String place = e.place.isEmpty() ? "the message" : e.place;
            throw BotmeshException.invalid(e.place, place + " " + e.getMessage());
        }
    }

    /** A message of these bytes; INVALID_FIELD with this field where no parser takes them. */
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
            Map<Descriptor, Plan> made = new HashMap<>();
            known = make(kind, made);
            PLANS.putAll(made); // complete, all of them
        }
        return known;
    }

    private static Plan make(Descriptor kind, Map<Descriptor, Plan> made) {
        Plan known = made.get(kind);
        if (known != null) {
            return known; // a message may hold its own kind
        }
        Plan plan = new Plan(kind);
        made.put(kind, plan);
        List<Field> all = new ArrayList<>();
        boolean isChecked = isChecked(kind);
        for (FieldDescriptor descriptor : isChecked ? kind.getFields() : List.<FieldDescriptor>of()) {
            Check check = of(descriptor, made);
            if (check != null) {
                boolean ofString = descriptor.getJavaType() == FieldDescriptor.JavaType.STRING
                        || check instanceof Plan inner && inner.neverWrongIfSmall();
                all.add(new Field(descriptor, check, ofString));
            }
        }
        plan.small = all.stream().filter(field -> !field.ofString).toList();
        plan.all = List.copyOf(all);
        return plan;
    }

    private static boolean isChecked(Descriptor kind) {
        return kind.getFullName().startsWith(OURS) && !UNCHECKED.contains(kind);
    }

    /** The check of a single value of a field; null: all are allowed. */
    private static Check of(FieldDescriptor field, Map<Descriptor, Plan> made) {
        switch (field.getJavaType()) {
            case MESSAGE:
                Check known = WELL_KNOWN.get(field.getMessageType());
                Plan plan = known == null ? make(field.getMessageType(), made) : null;
                return plan == null ? known : plan.neverWrong() ? null : plan;
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
            throw new Wrong("must be within the years 1970 to 2200, with nanos of 0 to 999,999,999");
        }
    }

    private static void checkDuration(Duration value) {
        boolean isKnown = value.getSeconds() >= 0 && value.getSeconds() <= MAX_DURATION;
        if (!isKnown || value.getNanos() < 0 || value.getNanos() > MAX_NANOS) {
            throw new Wrong("must be 0 s to 100 years, with nanos of 0 to 999,999,999");
        }
    }

    private static void checkEnum(EnumDescriptor kind, int number) {
        if (kind.findValueByNumber(number) == null) {
            throw new Wrong("must be a value of " + kind.getName() + " and " + number + " is none");
        }
    }

    private static void checkNumber(double value) {
        if (!Double.isFinite(value)) {
            throw new Wrong("must be a finite number");
        }
    }

    private static void checkUnsigned(long value) {
        if (value < 0) { // Java has no unsigned numbers
            throw new Wrong("must be at most " + Long.MAX_VALUE);
        }
    }

    private static void checkString(String value) {
        if (value.length() > MAX_STRING && value.codePointCount(0, value.length()) > MAX_STRING) {
            throw new Wrong(
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
            throw new Wrong("must be 0 to " + MAX_AMOUNT).in(field);
        }
    }

    /** These three call each other at most MAX_NESTING deep. */
    private static void checkValue(Value value, int depth) {
        switch (value.getKindCase()) {
            case NUMBER_VALUE -> {
                if (!Double.isFinite(value.getNumberValue())) {
                    throw new Wrong("has a number that JSON cannot hold: NaN or an infinity");
                }
            }
            case STRUCT_VALUE -> checkStruct(value.getStructValue(), depth);
            case LIST_VALUE -> checkList(value.getListValue(), depth);
            default -> {
                // nothing in it can be wrong
            }
        }
    }

    private static void checkStruct(Struct struct, int depth) {
        int inside = deeper(depth, OBJECT);
        for (Value value : struct.getFieldsMap().values()) {
            checkValue(value, inside);
        }
    }

    private static void checkList(ListValue list, int depth) {
        int inside = deeper(depth, ARRAY);
        for (int index = 0; index < list.getValuesCount(); index++) {
            checkValue(list.getValues(index), inside);
        }
    }

    private static int deeper(int depth, int more) {
        if (depth + more > MAX_NESTING) {
            throw new Wrong("is nested too deep: 32 arrays in each other are the most, or 21 objects");
        }
        return depth + more;
    }
}
