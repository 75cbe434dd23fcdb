package io.botmesh;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;

/** Converts errors to a gRPC status with google.rpc.ErrorInfo, and back. */
final class Statuses {
    private static final String DOMAIN = "botmesh";
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
    private static final Set<String> COMMON_KEYS = Set.of("agent", "instance", "hop", "path", "started", "trace_id");
    private static final int MAX_VALUE_LENGTH = 512;
    private static final int MAX_FACTS = 16;
    private static final int MAX_PATH_CHARACTERS = 2048;

    private Statuses() {}

    /** Returns the trailing metadata of an error; values are cut so that it stays under 8 KiB. */
    static Metadata trailers(BotmeshException error) {
        ErrorInfo.Builder info = ErrorInfo.newBuilder()
                .setDomain(DOMAIN)
                .setReason(error.reason().wireName());
        error.metadata().entrySet().stream()
                .filter(fact -> !COMMON_KEYS.contains(fact.getKey()))
                .limit(MAX_FACTS)
                .forEach(fact -> info.putMetadata(fact.getKey(), cut(fact.getValue(), MAX_VALUE_LENGTH)));
        info.putMetadata("agent", error.agent())
                .putMetadata("instance", error.instance())
                .putMetadata("hop", String.valueOf(error.hop()))
                .putMetadata("path", cut(String.join(",", error.path()), MAX_PATH_CHARACTERS))
                .putMetadata("started", String.valueOf(error.started()))
                .putMetadata("trace_id", error.traceId());
        com.google.rpc.Status packed = com.google.rpc.Status.newBuilder()
                .setCode(error.code().value())
                .setMessage(error.getMessage())
                .addDetails(Any.pack(info.build()))
                .build();
        Metadata trailers = new Metadata();
        trailers.put(DETAILS, packed.toByteArray());
        return trailers;
    }

    static Status status(BotmeshException error) {
        return error.code().toStatus().withDescription(error.getMessage());
    }

    /** Converts any error. The text of unknown exceptions is dropped: it must not reach the peer. */
    static BotmeshException asError(Throwable error) {
        if (error instanceof BotmeshException known) {
            return known;
        }
        if (error instanceof StatusRuntimeException rpc) {
            return fromStatus(rpc.getStatus(), rpc.getTrailers());
        }
        if (error instanceof StatusException rpc) {
            return fromStatus(rpc.getStatus(), rpc.getTrailers());
        }
        if (error instanceof InterruptedException || error instanceof CancellationException) {
            return BotmeshException.of(Reason.CANCELLED, "the work was cancelled");
        }
        return BotmeshException.of(
                Reason.AGENT_ERROR, "the agent failed inside; its log has the cause under this trace id");
    }

    /** Converts the status that a peer sent. A status without ErrorInfo comes from gRPC itself. */
    static BotmeshException fromStatus(Status status, Metadata trailers) {
        ErrorInfo info = errorInfo(trailers);
        String text = status.getDescription() == null ? "" : status.getDescription();
        if (info != null) {
            return fromInfo(info, status, text);
        }
        switch (status.getCode()) {
            case DEADLINE_EXCEEDED:
                return BotmeshException.of(
                        Reason.DEADLINE_EXPIRED,
                        "the deadline passed before an answer came: allow more time or ask for less");
            case CANCELLED:
                return BotmeshException.of(Reason.CANCELLED, text.isEmpty() ? "the call was cancelled" : text);
            case RESOURCE_EXHAUSTED:
                if (text.contains("larger than max") || text.contains("exceeds maximum size")) {
                    return BotmeshException.of(
                            Reason.MESSAGE_TOO_LARGE,
                            "the transport refused the message: " + text + "; send less, or a URL");
                }
                break;
            default:
                break;
        }
        return new BotmeshException(
                Reason.UNSPECIFIED,
                status.getCode(),
                text.isEmpty() ? "the peer answered " + status.getCode() : text,
                Map.of(),
                true);
    }

    private static ErrorInfo errorInfo(Metadata trailers) {
        byte[] bytes = trailers == null ? null : trailers.get(DETAILS);
        if (bytes == null) {
            return null;
        }
        try {
            for (Any detail : com.google.rpc.Status.parseFrom(bytes).getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    ErrorInfo info = detail.unpack(ErrorInfo.class);
                    if (info.getDomain().equals(DOMAIN)) {
                        return info;
                    }
                }
            }
        } catch (InvalidProtocolBufferException e) {
            return null; // the details are not a google.rpc.Status: the peer does not speak Botmesh
        }
        return null;
    }

    private static BotmeshException fromInfo(ErrorInfo info, Status status, String text) {
        Map<String, String> facts = new TreeMap<>(info.getMetadataMap());
        COMMON_KEYS.forEach(facts::remove);
        Reason reason = Reason.of(info.getReason());
        BotmeshException error = new BotmeshException(reason, status.getCode(), text, facts, true);
        String hop = info.getMetadataOrDefault("hop", "0");
        List<String> path = new ArrayList<>(
                Arrays.asList(info.getMetadataOrDefault("path", "").split(",")));
        path.removeIf(String::isEmpty);
        return error.started(!info.getMetadataOrDefault("started", "").equals("false"))
                .raisedBy(
                        info.getMetadataOrDefault("agent", ""),
                        info.getMetadataOrDefault("instance", ""),
                        hop.matches("\\d{1,9}") ? Integer.parseInt(hop) : 0,
                        path,
                        info.getMetadataOrDefault("trace_id", ""));
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max);
    }
}
