package io.botmesh;

import java.time.Duration;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses, timeouts and sizes of this process: built-in values, overridden by the environment (BOTMESH_*).
 *
 * @param registry the registry's IP and port; default 127.0.0.1:7600
 * @param account the account; default "default"
 * @param bind the IP and port on which a bot listens; default 127.0.0.1:0, any free port
 * @param advertise the address that a bot registers; empty for the one on which it listens
 * @param drainTimeout how long a stopping bot waits for running work; default 30 s
 * @param connectTimeout the time to connect to an instance; default 2 s
 * @param ejectionTime how long an instance that failed gets no calls while there are others; default 5 s
 * @param idempotencyTtl how long an outcome is kept by message id; default 300 s
 * @param idempotencyEntries the number of outcomes that are kept; default 10,000
 * @param idempotencyBytes the memory of the kept outcomes; default 64 MiB
 * @param orphanGrace how long work runs on after its last caller was lost; default 1 s
 * @param limits limits that narrow the mesh's
 */
public record Settings(
        String registry,
        String account,
        String bind,
        String advertise,
        Duration drainTimeout,
        Duration connectTimeout,
        Duration ejectionTime,
        Duration idempotencyTtl,
        int idempotencyEntries,
        long idempotencyBytes,
        Duration orphanGrace,
        Limits limits) {
    private static final Pattern SECONDS = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ms|s|m|h)?");
    private static final Pattern BYTES = Pattern.compile("(\\d{1,18})\\s*(B|KiB|MiB|GiB)?");
    private static final Pattern ADDRESS = Pattern.compile(".+:(\\d{1,5})");
    private static final Map<String, Double> SECONDS_OF = Map.of("ms", 0.001, "s", 1.0, "m", 60.0, "h", 3600.0);
    private static final Map<String, Integer> SHIFT_OF = Map.of("B", 0, "KiB", 10, "MiB", 20, "GiB", 30);
    private static final double MAX_SECONDS = 366.0 * 24 * 3600;

    /**
     * Reads the settings from the environment. Throws INVALID_FIELD with the variable's name if a value is malformed.
     */
    public static Settings load() {
        return load(System.getenv());
    }

    /**
     * Reads the settings from these variables. Throws INVALID_FIELD with the variable's name if a value is malformed.
     */
    public static Settings load(Map<String, String> environment) {
        Reader read = new Reader(environment);
        return new Settings(
                read.of("REGISTRY", "127.0.0.1:7600", Settings::address),
                read.of("ACCOUNT", Names.DEFAULT_ACCOUNT, Names::checkId),
                read.of("BIND", "127.0.0.1:0", Settings::address),
                read.of("ADVERTISE", "", Settings::address),
                read.of("DRAIN_TIMEOUT", Duration.ofSeconds(30), Settings::seconds),
                read.of("CONNECT_TIMEOUT", Duration.ofSeconds(2), Settings::seconds),
                read.of("EJECTION_TIME", Duration.ofSeconds(5), Settings::seconds),
                read.of("IDEMPOTENCY_TTL", Duration.ofSeconds(300), Settings::seconds),
                read.of("IDEMPOTENCY_ENTRIES", 10_000, Settings::count),
                read.of("IDEMPOTENCY_BYTES", 64L << 20, Settings::bytes),
                read.of("ORPHAN_GRACE", Duration.ofSeconds(1), Settings::seconds),
                new Limits(
                        read.of("ENABLED", null, Settings::toggle),
                        read.of("DEFAULT_TIMEOUT", null, Settings::seconds),
                        read.of("MAX_TIMEOUT", null, Settings::seconds),
                        read.of("STREAM_IDLE_TIMEOUT", null, Settings::seconds),
                        read.of("MAX_HOPS", null, Settings::count),
                        read.of("ALLOW_REVISITS", null, Settings::toggle),
                        read.of("MAX_MESSAGE_BYTES", null, Settings::bytes),
                        read.of("MAX_DELEGATIONS", null, Settings::count),
                        read.of("MAX_RETRIES", null, Settings::count),
                        read.of("MAX_REPLY_BYTES", null, Settings::bytes)));
    }

    /** Returns these settings with another registry address. */
    public Settings withRegistry(String address) {
        return new Settings(
                address,
                account,
                bind,
                advertise,
                drainTimeout,
                connectTimeout,
                ejectionTime,
                idempotencyTtl,
                idempotencyEntries,
                idempotencyBytes,
                orphanGrace,
                limits);
    }

    private record Reader(Map<String, String> environment) {
        <T> T of(String name, T otherwise, BiFunction<String, String, T> parse) {
            String variable = "BOTMESH_" + name;
            String text = environment.getOrDefault(variable, "").trim();
            return text.isEmpty() ? otherwise : parse.apply(variable, text);
        }
    }

    private static BotmeshException malformed(String variable, String text, String expects) {
        return BotmeshException.invalid(
                variable, variable + " must be " + expects + " but is '" + Names.shown(text) + "'");
    }

    private static String address(String variable, String text) {
        Matcher match = ADDRESS.matcher(text);
        if (!match.matches() || Integer.parseInt(match.group(1)) > 65535) {
            throw malformed(variable, text, "IP and port (\"127.0.0.1:7600\")");
        }
        return text;
    }

    private static Duration seconds(String variable, String text) {
        Matcher match = SECONDS.matcher(text);
        if (match.matches()) {
            String unit = match.group(2) == null ? "s" : match.group(2);
            double seconds = Double.parseDouble(match.group(1)) * SECONDS_OF.get(unit);
            if (seconds <= MAX_SECONDS) {
                return Duration.ofNanos((long) (seconds * 1e9));
            }
        }
        throw malformed(variable, text, "seconds (\"30\", \"500ms\", \"5m\"), a year at most");
    }

    private static Long bytes(String variable, String text) {
        Matcher match = BYTES.matcher(text);
        if (match.matches()) {
            int shift = SHIFT_OF.get(match.group(2) == null ? "B" : match.group(2));
            long number = Long.parseLong(match.group(1));
            if (number <= Long.MAX_VALUE >> shift) {
                return number << shift;
            }
        }
        throw malformed(variable, text, "bytes (\"65536\", \"64KiB\", \"1MiB\")");
    }

    private static Integer count(String variable, String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // malformed, as a negative number is
        }
        throw malformed(variable, text, "a whole number, 0 to 2147483647");
    }

    private static Boolean toggle(String variable, String text) {
        return switch (text.toLowerCase()) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default -> throw malformed(variable, text, "true or false");
        };
    }
}
