package io.botmesh;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;

/**
 * Validates the fields of any message of the contract. A message that passes can be stored, listed, printed as JSON and
 * parsed again in every language.
 */
final class Fields {
    private Fields() {}

    /**
     * Throws INVALID_FIELD if a field holds a value that is not allowed, with the path of the field, such as
     * "message.payload[2].data", and the allowed values.
     */
    static void check(Message message) {
        try {
            FieldPlan.of(message.getDescriptorForType()).check(message, false);
        } catch (InvalidValue e) {
            String path = e.path().isEmpty() ? "the message" : e.path();
            throw BotmeshException.invalid(e.path(), path + " " + e.getMessage());
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
}
