package io.botmesh;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Method descriptors whose messages are bytes: the exact size is known without another serialization. */
final class Wire {
    private static final MethodDescriptor.Marshaller<byte[]> AS_IS = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private Wire() {}

    static MethodDescriptor<byte[], byte[]> method(String fullName, boolean streams, Object schema) {
        return MethodDescriptor.newBuilder(AS_IS, AS_IS)
                .setFullMethodName(fullName)
                .setType(streams ? MethodDescriptor.MethodType.SERVER_STREAMING : MethodDescriptor.MethodType.UNARY)
                .setSchemaDescriptor(schema)
                .build();
    }
}
