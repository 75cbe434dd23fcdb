package io.botmesh;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Plain HTTP/2 frames, for requests that no gRPC library can send. */
final class RawHttp2 implements AutoCloseable {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private long maxConcurrentStreams = -1;

    private record Frame(int type, int flags, int stream, byte[] content) {}

    RawHttp2(String address) throws IOException {
        socket = new Socket("127.0.0.1", Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
        socket.setSoTimeout(10_000);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        write(SETTINGS, 0, 0, new byte[0]);
        out.flush();
    }

    /** Sends a unary call with this metadata. */
    void post(int stream, String method, Map<String, byte[]> metadata, byte[] message)
            throws IOException, Http2Exception {
        headers(stream, method, metadata);
        ByteBuffer body = ByteBuffer.allocate(5 + message.length).put((byte) 0).putInt(message.length);
        write(DATA, END_STREAM, stream, body.put(message).array());
        out.flush();
    }

    /** Opens a call and never sends its request. */
    void begin(int stream, String method) throws IOException, Http2Exception {
        headers(stream, method, Map.of());
        out.flush();
    }

    private void headers(int stream, String method, Map<String, byte[]> metadata) throws IOException, Http2Exception {
        DefaultHttp2Headers headers = new DefaultHttp2Headers(false);
        headers.method("POST").scheme("http").path("/" + method).authority("test");
        headers.add(AsciiString.of("content-type"), AsciiString.of("application/grpc"));
        headers.add(AsciiString.of("te"), AsciiString.of("trailers"));
        metadata.forEach((key, value) -> headers.add(AsciiString.of(key), new AsciiString(value)));
        ByteBuf block = Unpooled.buffer();
        encoder.encodeHeaders(stream, headers, block);
        byte[] content = new byte[block.readableBytes()];
        block.readBytes(content);
        write(HEADERS, END_HEADERS, stream, content);
    }

    /** Reads the trailers of a call: grpc-status and the others. */
    Map<String, String> trailers(int stream) throws IOException, Http2Exception {
        while (true) {
            Frame frame = read();
            if (frame.type == GOAWAY || frame.type == RST_STREAM) {
                throw new IOException("the call was broken off: frame " + frame.type);
            }
            if (frame.type != HEADERS) {
                continue;
            }
            Http2Headers headers = decoder.decodeHeaders(frame.stream, Unpooled.wrappedBuffer(frame.content));
            if (frame.stream == stream && (frame.flags & END_STREAM) != 0) {
                Map<String, String> found = new HashMap<>();
                headers.forEach(entry ->
                        found.put(entry.getKey().toString(), entry.getValue().toString()));
                return found;
            }
        }
    }

    /** Converts trailers to the error. */
    static BotmeshException error(Map<String, String> trailers) {
        byte[] details = java.util.Base64.getDecoder().decode(trailers.get("grpc-status-details-bin"));
        Metadata metadata =
                InternalMetadata.newMetadata("grpc-status-details-bin".getBytes(StandardCharsets.US_ASCII), details);
        return Statuses.fromStatus(Status.fromCodeValue(Integer.parseInt(trailers.get("grpc-status"))), metadata);
    }

    /** Opens calls and resets each at once; returns whether the server closed the connection. */
    boolean resetAll(List<Integer> streams, String method) throws Http2Exception {
        try {
            for (int stream : streams) {
                headers(stream, method, Map.of());
                write(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
            }
            out.flush();
            while (true) {
                if (read().type == GOAWAY) {
                    return true;
                }
            }
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Reads SETTINGS_MAX_CONCURRENT_STREAMS of the server. */
    long maxConcurrentStreams() throws IOException {
        while (maxConcurrentStreams < 0) {
            read();
        }
        return maxConcurrentStreams;
    }

    private Frame read() throws IOException {
        int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
        Frame frame = new Frame(in.readUnsignedByte(), in.readUnsignedByte(), in.readInt(), in.readNBytes(length));
        if (frame.type == SETTINGS && (frame.flags & 1) == 0) {
            ByteBuffer settings = ByteBuffer.wrap(frame.content);
            while (settings.remaining() >= 6) {
                int key = settings.getShort();
                int value = settings.getInt();
                maxConcurrentStreams = key == 3 ? value : maxConcurrentStreams;
            }
            write(SETTINGS, 1, 0, new byte[0]);
            out.flush();
        }
        return frame;
    }

    private void write(int type, int flags, int stream, byte[] content) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(content.length >> 16);
        frame.write(content.length >> 8);
        frame.write(content.length);
        frame.write(type);
        frame.write(flags);
        frame.writeBytes(ByteBuffer.allocate(4).putInt(stream).array());
        frame.writeBytes(content);
        out.write(frame.toByteArray());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
