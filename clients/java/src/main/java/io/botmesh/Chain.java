package io.botmesh;

import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;

/**
 * A root delegation and all calls that follow from it, as seen by one call, and its encoding in botmesh-* metadata.
 *
 * @param path the agents that the chain has passed, oldest first; its length is the number of hops
 * @param maxHops the lowest hop limit so far; null for the mesh's
 * @param correlationId the id of the chain
 * @param conversationId the conversation; empty if there is none
 * @param accountId the account; empty on arrival if the caller sent none: the callee's own applies
 * @param to the agent/instance that the caller addresses; empty for any
 * @param open the delegations with the same concurrencyKey that are open at the agents of the path, as far as the chain
 *     knows; on the wire it includes the call that carries it
 */
record Chain(
        List<String> path,
        Integer maxHops,
        String correlationId,
        String conversationId,
        String accountId,
        String to,
        int open) {
    static final Chain NONE = new Chain(List.of(), null, "", "", "", "", 0);
    private static final String PREFIX = "botmesh-";
    private static final int MAX_METADATA_BYTES = 4096;
    /** The upper bound of any hop limit: the path must fit into metadata. */
    private static final int MAX_PATH_LENGTH = 64;
    /** The upper bound of botmesh-open, and of the counts in heartbeats. */
    static final int MAX_OPEN = 64_000;

    private static final Metadata.Key<String> PATH = key("botmesh-path");
    private static final Metadata.Key<String> MAX_HOPS = key("botmesh-max-hops");
    private static final Metadata.Key<String> CORRELATION = key("botmesh-correlation");
    private static final Metadata.Key<String> CONVERSATION = key("botmesh-conversation");
    private static final Metadata.Key<String> ACCOUNT = key("botmesh-account");
    private static final Metadata.Key<String> TO = key("botmesh-to");
    private static final Metadata.Key<String> OPEN = key("botmesh-open");
    private static final List<Metadata.Key<String>> KEYS =
            List.of(PATH, MAX_HOPS, CORRELATION, CONVERSATION, ACCOUNT, TO, OPEN);

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** Starts a new chain with a new id. */
    static Chain root(String account, String conversation) {
        return new Chain(List.of(), null, Names.newId(), conversation, account, "", 0);
    }

    /** Returns the chain of a call that this agent makes: one hop more. ConcurrencyPolicy adds the call to `open`. */
    Chain below(String agent) {
        List<String> longer = new ArrayList<>(path);
        longer.add(agent);
        return new Chain(List.copyOf(longer), maxHops, correlationId, conversationId, accountId, "", open);
    }

    /** Returns this chain with a lower hop limit; a higher one or null changes nothing. */
    Chain narrowed(Integer hops) {
        if (hops == null || maxHops != null && maxHops <= hops) {
            return this;
        }
        return new Chain(path, hops, correlationId, conversationId, accountId, to, open);
    }

    Chain withIds(String correlation, String conversation, String account) {
        return new Chain(path, maxHops, correlation, conversation, account, to, open);
    }

    Chain addressedTo(String target) {
        return new Chain(path, maxHops, correlationId, conversationId, accountId, target, open);
    }

    /** Returns this chain with another number of open delegations, cut to 64,000. */
    Chain withOpen(long delegations) {
        int cut = (int) Math.min(MAX_OPEN, delegations);
        return new Chain(path, maxHops, correlationId, conversationId, accountId, to, cut);
    }

    /** Returns the key by which open delegations are counted: the conversation, or the chain if there is none. */
    String concurrencyKey() {
        return accountId + "/" + (conversationId.isEmpty() ? correlationId : conversationId);
    }

    /** Returns the last agent in the path; empty if there is none. */
    String last() {
        return path.isEmpty() ? "" : path.get(path.size() - 1);
    }

    /** Encodes the chain as gRPC metadata. Empty values are left out, and `open` if it is the length of the path. */
    Metadata toMetadata() {
        Metadata metadata = new Metadata();
        put(metadata, PATH, String.join(",", path));
        put(metadata, MAX_HOPS, maxHops == null ? "" : String.valueOf(maxHops));
        put(metadata, CORRELATION, correlationId);
        put(metadata, CONVERSATION, conversationId);
        put(metadata, ACCOUNT, accountId);
        put(metadata, TO, to);
        put(metadata, OPEN, open == path.size() ? "" : String.valueOf(open));
        return metadata;
    }

    private static void put(Metadata metadata, Metadata.Key<String> key, String value) {
        if (!value.isEmpty()) {
            metadata.put(key, value);
        }
    }

    /** Decodes the chain. Throws INVALID_FIELD if a key is malformed, not ASCII or repeated, or all exceed 4 KiB. */
    static Chain from(Metadata metadata) {
        checkPrintable(metadata);
        int size = 0;
        for (Metadata.Key<String> key : KEYS) {
            String value = single(metadata, key);
            size += value.isEmpty() ? 0 : key.name().length() + value.length();
        }
        if (size > MAX_METADATA_BYTES) {
            throw BotmeshException.invalid(
                    PATH.name(), "the chain's metadata is " + size + " bytes; at most " + MAX_METADATA_BYTES);
        }
        String hops = single(metadata, MAX_HOPS);
        String to = single(metadata, TO);
        String open = single(metadata, OPEN);
        List<String> path = parsePath(single(metadata, PATH));
        return new Chain(
                path,
                hops.isEmpty() ? null : parseHops(hops),
                id(metadata, CORRELATION),
                id(metadata, CONVERSATION),
                id(metadata, ACCOUNT),
                to.isEmpty() ? "" : checkTarget(to),
                open.isEmpty() ? path.size() : parseOpen(open));
    }

    /** Refuses values that are not printable ASCII, which gRPC passes on as U+FFFD or unchanged. */
    private static void checkPrintable(Metadata metadata) {
        for (String name : metadata.keys()) {
            if (!name.startsWith(PREFIX) || name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                continue;
            }
            for (String value : metadata.getAll(key(name))) {
                if (!value.chars().allMatch(letter -> letter >= ' ' && letter <= '~')) {
                    throw BotmeshException.invalid(name, "metadata key " + name + " must be printable ASCII");
                }
            }
        }
    }

    private static String single(Metadata metadata, Metadata.Key<String> key) {
        String result = null;
        Iterable<String> all = metadata.getAll(key);
        for (String value : all == null ? List.<String>of() : all) {
            if (result != null) {
                throw BotmeshException.invalid(key.name(), "metadata key " + key.name() + " must stand once");
            }
            result = value;
        }
        return result == null ? "" : result;
    }

    private static String id(Metadata metadata, Metadata.Key<String> key) {
        String value = single(metadata, key);
        return value.isEmpty() ? "" : Names.checkId(key.name(), value);
    }

    private static List<String> parsePath(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> entries = List.of(text.split(",", -1));
        if (entries.size() > MAX_PATH_LENGTH) {
            throw BotmeshException.invalid(
                    PATH.name(), PATH.name() + " names " + entries.size() + " agents; at most " + MAX_PATH_LENGTH);
        }
        for (String entry : entries) {
            if (entry.contains("/")) {
                Names.checkId(PATH.name(), Names.accountOf(entry));
            }
            Names.checkAgent(PATH.name(), Names.nameOf(entry));
        }
        return entries;
    }

    private static int parseHops(String text) {
        if (!text.matches("\\d{1,2}") || Integer.parseInt(text) > MAX_PATH_LENGTH) {
            throw BotmeshException.invalid(
                    MAX_HOPS.name(),
                    MAX_HOPS.name() + " must be 0 to " + MAX_PATH_LENGTH + " but is '" + Names.shown(text) + "'");
        }
        return Integer.parseInt(text);
    }

    private static int parseOpen(String text) {
        int open = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
        if (open < 1 || open > MAX_OPEN) {
            throw BotmeshException.invalid(
                    OPEN.name(), OPEN.name() + " must be 1 to " + MAX_OPEN + " but is '" + Names.shown(text) + "'");
        }
        return open;
    }

    private static String checkTarget(String text) {
        int at = text.indexOf('/');
        Names.checkAgent(TO.name(), at < 0 ? text : text.substring(0, at));
        if (at >= 0) {
            Names.checkId(TO.name(), text.substring(at + 1));
        }
        return text;
    }
}
