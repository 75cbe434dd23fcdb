package io.botmesh;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** Validates names and ids, and makes new ids. */
final class Names {
    static final String DEFAULT_ACCOUNT = "default";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
    private static final double MIN_SIMILARITY = 0.7;
    private static final int MAX_NEAREST = 3;

    private Names() {}

    /** Returns a new id, unique across the mesh: 32 hex digits. */
    static String newId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    /** Returns an id of 1 to 64 characters. Throws INVALID_FIELD if it is malformed. */
    static String checkId(String field, String value) {
        if (ID.matcher(value).matches()) {
            return value;
        }
        throw BotmeshException.invalid(
                field, field + " must be 1 to 64 of A-Z a-z 0-9 . _ - but is '" + shown(value) + "'");
    }

    /** Returns an agent's name without account. Throws INVALID_FIELD if it is no DNS label. */
    static String checkAgent(String field, String value) {
        if (LABEL.matcher(value).matches()) {
            return value;
        }
        throw BotmeshException.invalid(
                field,
                field + " must be a DNS label (lower-case letters, digits, hyphens, at most 63) but is '" + shown(value)
                        + "'");
    }

    /** Returns the first 80 characters of a value, for an error text. */
    static String shown(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80);
    }

    /** Returns the account of "account/name"; empty for a plain name. */
    static String accountOf(String name) {
        int at = name.lastIndexOf('/');
        return at < 0 ? "" : name.substring(0, at);
    }

    /** Returns the name of "account/name". */
    static String nameOf(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** Returns up to three known names that are similar to a name, best first. */
    static List<String> nearest(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> similarity(name, candidate) >= MIN_SIMILARITY)
                .sorted(Comparator.comparingDouble((String candidate) -> -similarity(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MAX_NEAREST)
                .toList();
    }

    static String didYouMean(List<String> close) {
        return close.isEmpty() ? "" : " Did you mean " + String.join(" or ", close) + "?";
    }

    private static double similarity(String a, String b) {
        return 1 - (double) distance(a, b) / Math.max(1, Math.max(a.length(), b.length()));
    }

    /** Returns the Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
