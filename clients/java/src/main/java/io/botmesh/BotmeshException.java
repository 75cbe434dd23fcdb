package io.botmesh;

import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Thrown when a call is refused or fails. Its reason says why. */
public final class BotmeshException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_TEXT = 1024; // characters: the text travels in metadata, which gRPC limits to 16 KiB

    private final Reason reason;
    private final Status.Code code;
    private final transient Map<String, String> metadata;
    private final boolean fromPeer;
    private String agent = "";
    private String instance = "";
    private int hop;
    private transient List<String> path = List.of();
    private boolean started;
    private String traceId = "";

    BotmeshException(Reason reason, String text, Map<String, ?> facts) {
        this(reason, reason.code, text, facts, false);
        started = reason.started;
    }

    BotmeshException(Reason reason, Status.Code code, String text, Map<String, ?> facts, boolean fromPeer) {
        super(text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…");
        this.reason = reason;
        this.code = code;
        this.metadata = new TreeMap<>();
        facts.forEach((key, value) -> this.metadata.put(key, String.valueOf(value)));
        this.fromPeer = fromPeer;
        this.started = true;
    }

    /** Returns the exception by which a bot reports a failure. The caller gets AGENT_FAILED with this text. */
    public static BotmeshException failed(String text) {
        return new BotmeshException(Reason.AGENT_FAILED, text, Map.of());
    }

    /** Returns an INVALID_FIELD error that names a field. */
    static BotmeshException invalid(String field, String text) {
        return new BotmeshException(Reason.INVALID_FIELD, text, Map.of("field", field));
    }

    static BotmeshException of(Reason reason, String text) {
        return new BotmeshException(reason, text, Map.of());
    }

    /** Returns why the call was refused or failed. */
    public Reason reason() {
        return reason;
    }

    /** Returns the gRPC status code. */
    public Status.Code code() {
        return code;
    }

    /** Returns details for programs. error_reason.proto lists the keys of each reason. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Returns the agent that raised the error; empty if a client did. */
    public String agent() {
        return agent;
    }

    /** Returns the id of the instance that raised the error; empty if a client did. */
    public String instance() {
        return instance;
    }

    /** Returns the number of hops of the chain before the agent that raised the error. */
    public int hop() {
        return hop;
    }

    /** Returns the path of the chain at the agent that raised the error, oldest first. */
    public List<String> path() {
        return path;
    }

    /** Returns whether the work may have started; false only if it certainly did not. */
    public boolean started() {
        return started;
    }

    /** Returns the trace id of the chain, 32 hex digits; empty if tracing is off. */
    public String traceId() {
        return traceId;
    }

    /** Returns whether a peer sent the error; false if it was raised in this process. */
    public boolean fromPeer() {
        return fromPeer;
    }

    BotmeshException started(boolean value) {
        started = value;
        return this;
    }

    /** Sets where in the chain the error was raised. */
    BotmeshException raisedBy(String agent, String instance, int hop, List<String> path, String traceId) {
        this.agent = agent;
        this.instance = instance;
        this.hop = hop;
        this.path = List.copyOf(path);
        this.traceId = traceId;
        return this;
    }
}
