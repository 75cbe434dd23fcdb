package io.botmesh;

import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What every method of this package throws where something was refused or failed. */
public final class BotmeshException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_TEXT = 1024; // characters: it travels in metadata, which gRPC caps at 16 KiB

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

    /** The error that a bot throws to declare a failure: its caller gets AGENT_FAILED with this text. */
    public static BotmeshException failed(String text) {
        return new BotmeshException(Reason.AGENT_FAILED, text, Map.of());
    }

    static BotmeshException invalid(String field, String text) {
        return new BotmeshException(Reason.INVALID_FIELD, text, Map.of("field", field));
    }

    static BotmeshException of(Reason reason, String text) {
        return new BotmeshException(reason, text, Map.of());
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** The gRPC status code. */
    public Status.Code code() {
        return code;
    }

    /** Facts for programs, as the reason documents them in error_reason.proto. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Who raised it; empty if it was made in this process outside an agent. */
    public String agent() {
        return agent;
    }

    /** Which instance raised it. */
    public String instance() {
        return instance;
    }

    /** How many hops of the chain lay before the one that raised it. */
    public int hop() {
        return hop;
    }

    /** The agents gone through up to there. */
    public List<String> path() {
        return path;
    }

    /** False only where the work provably never began. */
    public boolean started() {
        return started;
    }

    /** The chain's trace, 32 hex digits, or empty. */
    public String traceId() {
        return traceId;
    }

    /** Whether a peer sent it, or it was made in this process. */
    public boolean fromPeer() {
        return fromPeer;
    }

    BotmeshException started(boolean value) {
        started = value;
        return this;
    }

    BotmeshException raisedBy(String agent, String instance, int hop, List<String> path, String traceId) {
        this.agent = agent;
        this.instance = instance;
        this.hop = hop;
        this.path = List.copyOf(path);
        this.traceId = traceId;
        return this;
    }
}
