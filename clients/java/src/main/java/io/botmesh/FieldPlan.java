package io.botmesh;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
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
 * The fields of one message type that can be invalid, each with its check. A type is analysed once, by its descriptor.
 *
 * <p>A message of at most MAX_STRING bytes cannot contain a string that is too long, so its strings are not visited.
 */
final class FieldPlan implements FieldCheck {
    /** Messages of other packages are not checked. */
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
    /** Messages that contain spans, which may hold any value. */
    private static final Set<Descriptor> UNCHECKED =
            Set.of(GetTraceResponse.getDescriptor(), ListTracesResponse.getDescriptor());

    private static final Map<Descriptor, FieldCheck> WELL_KNOWN = Map.of(
            Timestamp.getDescriptor(), (value, isSmall) -> FieldValues.checkTimestamp((Timestamp) value),
            Duration.getDescriptor(), (value, isSmall) -> FieldValues.checkDuration((Duration) value),
            Value.getDescriptor(), (value, isSmall) -> FieldValues.checkValue((Value) value),
            Struct.getDescriptor(), (value, isSmall) -> FieldValues.checkStruct((Struct) value),
            ListValue.getDescriptor(), (value, isSmall) -> FieldValues.checkList((ListValue) value));
    /** The plans by message type; each is made on first use. */
    private static final Map<Descriptor, FieldPlan> PLANS = new ConcurrentHashMap<>();

    /** A field that can be invalid, and its check. If `ofString`, only the length of its strings can be invalid. */
    private record Field(FieldDescriptor descriptor, FieldCheck check, boolean ofString) {
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

    private final boolean isUsage;
    /** The fields to check in a large message; null while the plan is being made. */
    private List<Field> all;
    /** The fields to check in a small message; null while the plan is being made. */
    private List<Field> small;

    private FieldPlan(Descriptor kind) {
        isUsage = kind == Usage.getDescriptor();
    }

    /** Returns the check for messages of a type. */
    static FieldCheck of(Descriptor kind) {
        FieldCheck wellKnown = WELL_KNOWN.get(kind);
        if (wellKnown != null) {
            return wellKnown;
        }
        FieldPlan known = PLANS.get(kind);
        if (known == null) {
            Map<Descriptor, FieldPlan> plans = new HashMap<>();
            known = make(kind, plans);
            PLANS.putAll(plans); // only now: other threads must not see unfinished plans
        }
        return known;
    }

    @Override
    public void check(Object value, boolean isSmall) {
        Message message = (Message) value;
        boolean shortStrings = isSmall || message.getSerializedSize() <= FieldValues.MAX_STRING;
        List<Field> fields = shortStrings ? small : all;
        for (int index = 0; index < fields.size(); index++) {
            fields.get(index).check(message, shortStrings);
        }
        if (isUsage) {
            FieldValues.checkUsage((Usage) message);
        }
    }

    private boolean neverInvalid() {
        return all != null && all.isEmpty() && !isUsage;
    }

    private boolean neverInvalidIfSmall() {
        return small != null && small.isEmpty() && !isUsage;
    }

    private static FieldPlan make(Descriptor kind, Map<Descriptor, FieldPlan> plans) {
        FieldPlan known = plans.get(kind);
        if (known != null) {
            return known; // a message type may contain itself
        }
        FieldPlan plan = new FieldPlan(kind);
        plans.put(kind, plan);
        List<Field> all = new ArrayList<>();
        for (FieldDescriptor descriptor : isChecked(kind) ? kind.getFields() : List.<FieldDescriptor>of()) {
            FieldCheck check = checkOf(descriptor, plans);
            if (check != null) {
                boolean ofString = descriptor.getJavaType() == FieldDescriptor.JavaType.STRING
                        || check instanceof FieldPlan inner && inner.neverInvalidIfSmall();
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
    private static FieldCheck checkOf(FieldDescriptor field, Map<Descriptor, FieldPlan> plans) {
        switch (field.getJavaType()) {
            case MESSAGE:
                FieldCheck known = WELL_KNOWN.get(field.getMessageType());
                FieldPlan plan = known == null ? make(field.getMessageType(), plans) : null;
                return plan == null ? known : plan.neverInvalid() ? null : plan;
            case ENUM:
                EnumDescriptor kind = field.getEnumType();
                return (value, isSmall) -> FieldValues.checkEnum(kind, ((EnumValueDescriptor) value).getNumber());
            case DOUBLE, FLOAT:
                return (value, isSmall) -> FieldValues.checkNumber(((Number) value).doubleValue());
            case LONG:
                boolean isUnsigned = field.getType() == FieldDescriptor.Type.UINT64
                        || field.getType() == FieldDescriptor.Type.FIXED64;
                return isUnsigned ? (value, isSmall) -> FieldValues.checkUnsigned((Long) value) : null;
            case STRING:
                return TEXTS.contains(field.getFullName())
                        ? null
                        : (value, isSmall) -> FieldValues.checkString((String) value);
            default:
                return null;
        }
    }
}
