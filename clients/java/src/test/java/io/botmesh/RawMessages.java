package io.botmesh;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Serialized messages that no builder makes. */
final class RawMessages {
    private RawMessages() {}

    /** A request with this many nested arrays in its payload. Built as bytes, because builders cannot nest so deep. */
    static byte[] nested(int arrays) {
        ByteString value = Value.newBuilder().setBoolValue(true).build().toByteString();
        for (int depth = 0; depth < arrays; depth++) {
            value = field(6, field(1, value)); // Value.list_value, ListValue.values
        }
        return field(1, field(4, field(4, value))).toByteArray(); // message, payload, data
    }

    static ByteString field(int number, ByteString content) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeBytes(number, content);
            out.flush();
            return ByteString.copyFrom(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
