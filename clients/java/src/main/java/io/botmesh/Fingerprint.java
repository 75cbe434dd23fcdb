package io.botmesh;

import com.google.protobuf.CodedOutputStream;
import io.botmesh.v1.Message;
import io.botmesh.v1.MessageType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Computes the digest of a call's message. A repeat under the same message id must have the same digest. */
final class Fingerprint {
    private Fingerprint() {}

    /** Returns the SHA-256 in base64 of everything in the message except its timestamp, chain and account. */
    static String of(Call call) {
        Message core = call.message.toBuilder()
                .clearTimestamp()
                .clearCorrelationId()
                .clearAccountId()
                .setMessageType(MessageType.MESSAGE_TYPE_UNSPECIFIED)
                .build();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            core.writeTo(out);
            out.flush();
            bytes.write(kindOf(call));
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Distinguishes delegation (0), transfer offer (1) and notification (2), whose outcomes have different types. */
    private static int kindOf(Call call) {
        if (call.method.endsWith("/Transfer")) {
            return 1;
        }
        return call.method.endsWith("/Notify")
                        && AgentService.NOTIFICATION_TYPES.contains(call.message.getMessageType())
                ? 2
                : 0;
    }
}
