package io.botmesh;

import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;

/**
 * A root delegation and all that follow from it, as one call sees it, and how that travels in metadata (chain.proto).
 *
 * @param path agents gone through, oldest first; its length is the number of hops
 * @param maxHops the narrowest hop limit so far; null: the mesh's
 * @param accountId the tenant; empty on arrival where the caller does not say: the callee's own
 * @param to agent/instance that the caller means; empty: whoever is called
 */
record Chain(
        List<String> path, Integer maxHops, String correlationId, String conversationId, String accountId, String to) {
    static final Chain NONE = new Chain(List.of(), null, "", "", "", "");
    private static final String OURS = "botmesh-";
    private static final int MAX_METADATA_BYTES = 4096;
    /** No path is longer, whatever the mesh allows: it must fit into metadata. */
    private static final int MAX_PATH_LENGTH = 64;

    private static final Metadata.Key<String> PATH = key("botmesh-path");
    private static final Metadata.Key<String> MAX_HOPS = key("botmesh-max-hops");
    private static final Metadata.Key<String> CORRELATION = key("botmesh-correlation");
    private static final Metadata.Key<String> CONVERSATION = key("botmesh-conversation");
    private static final Metadata.Key<String> ACCOUNT = key("botmesh-account");
    private static final Metadata.Key<String> TO = key("botmesh-to");
    private static final List<Metadata.Key<String>> KEYS =
            List.of(PATH, MAX_HOPS, CORRELATION, CONVERSATION, ACCOUNT, TO);

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** A new chain with an id of its own. */
    static Chain root(String account, String conversation) {
        return new Chain(List.of(), null, Names.newId(), conversation, account, "");
    }

    /** The chain of a call that an agent makes: one hop more. */
    Chain below(String agent) {
        List<String> longer = new ArrayList<>(path);
        longer.add(agent);
        return new Chain(List.copyOf(longer), maxHops, correlationId, conversationId, accountId, "");
    }

    /** This chain with at most so many hops in all, if that is fewer than before. */
    Chain narrowed(Integer hops) {
        if (hops == null || maxHops != null && maxHops <= hops) {
            return this;
        }
        return new Chain(path, hops, correlationId, conversationId, accountId, to);
    }

    Chain withIds(String correlation, String conversation, String account) {
        return new Chain(path, maxHops, correlation, conversation, account, to);
    }

    Chain addressedTo(String target) {
        return new Chain(path, maxHops, correlationId, conversationId, accountId, target);
    }

    /** What open delegations are counted by: the conversation, or the chain where there is none. */
    String concurrencyKey() {
        return accountId + "/" + (conversationId.isEmpty() ? correlationId : conversationId);
    }

    /** The last agent in the path; empty: none. */
    String last() {
        return path.isEmpty() ? "" : path.get(path.size() - 1);
    }

    /** As gRPC metadata; empty values are left out. */
    Metadata toMetadata() {
        Metadata made = new Metadata();
        put(made, PATH, String.join(",", path));
        put(made, MAX_HOPS, maxHops == null ? "" : String.valueOf(maxHops));
        put(made, CORRELATION, correlationId);
        put(made, CONVERSATION, conversationId);
        put(made, ACCOUNT, accountId);
        put(made, TO, to);
        return made;
    }

    private static void put(Metadata metadata, Metadata.Key<String> key, String value) {
        if (!value.isEmpty()) {
            metadata.put(key, value);
        }
    }

    /** The chain that a call carries; INVALID_FIELD where a key is malformed, not ASCII, stands twice, or all are over 4 KiB. */
    static Chain from(Metadata metadata) {
        checkPrintable(metadata);
        int size = 0;
        for (Metadata.Key<String> key : KEYS) {
            String value = one(metadata, key);
            size += value.isEmpty() ? 0 : key.name().length() + value.length();
        }
        if (size > MAX_METADATA_BYTES) {
            throw BotmeshException.invalid(
                    PATH.name(), "the chain's metadata is " + size + " bytes; at most " + MAX_METADATA_BYTES);
        }
        String hops = one(metadata, MAX_HOPS);
        String to = one(metadata, TO);
        return new Chain(
                parsePath(one(metadata, PATH)),
                hops.isEmpty() ? null : parseHops(hops),
                id(metadata, CORRELATION),
                id(metadata, CONVERSATION),
                id(metadata, ACCOUNT),
                to.isEmpty() ? "" : checkTarget(to));
    }

    /** Refuse keys of ours that are not printable ASCII: gRPC hands such bytes over as U+FFFD, or as they are. */
    private static void checkPrintable(Metadata metadata) {
        for (String name : metadata.keys()) {
            if (!name.startsWith(OURS) || name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                continue;
            }
            for (String value : metadata.getAll(key(name))) {
                if (!value.chars().allMatch(letter -> letter >= ' ' && letter <= '~')) {
                    throw BotmeshException.invalid(name, "metadata key " + name + " must be printable ASCII");
                }
            }
        }
    }

    private static String one(Metadata metadata, Metadata.Key<String> key) {
        String found = null;
        Iterable<String> all = metadata.getAll(key);
        for (String value : all == null ? List.<String>of() : all) {
            if (found != null) {
                throw BotmeshException.invalid(key.name(), "metadata key " + key.name() + " must stand once");
            }
            found = value;
        }
        return found == null ? "" : found;
    }

    private static String id(Metadata metadata, Metadata.Key<String> key) {
        String value = one(metadata, key);
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

    private static String checkTarget(String text) {
        int at = text.indexOf('/');
        Names.checkAgent(TO.name(), at < 0 ? text : text.substring(0, at));
        if (at >= 0) {
            Names.checkId(TO.name(), text.substring(at + 1));
        }
        return text;
    }
}
