package io.botmesh;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** Which names and ids are allowed, and new ids. */
final class Names {
    static final String DEFAULT_ACCOUNT = "default";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
    private static final double NEAR_ENOUGH = 0.7;
    private static final int MAX_NEAREST = 3;

    private Names() {}

    /** An id that is unique across the mesh: 32 hex digits. */
    static String newId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    static String checkId(String field, String value) {
        if (ID.matcher(value).matches()) {
            return value;
        }
        throw BotmeshException.invalid(
                field, field + " must be 1 to 64 of A-Z a-z 0-9 . _ - but is '" + shown(value) + "'");
    }

    static String checkAgent(String field, String value) {
        if (LABEL.matcher(value).matches()) {
            return value;
        }
        throw BotmeshException.invalid(
                field,
                field + " must be a DNS label (lower-case letters, digits, hyphens, at most 63) but is '" + shown(value)
                        + "'");
    }

    static String shown(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80);
    }

    /** The account of "account/name"; empty where only a name stands. */
    static String accountOf(String name) {
        int at = name.lastIndexOf('/');
        return at < 0 ? "" : name.substring(0, at);
    }

    /** The name of "account/name". */
    static String nameOf(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** The known names that come closest to a name, best first. */
    static List<String> nearest(String name, Collection<String> known) {
        return known.stream()
                .filter(one -> share(name, one) >= NEAR_ENOUGH)
                .sorted(Comparator.comparingDouble((String one) -> -share(name, one))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MAX_NEAREST)
                .toList();
    }

    static String didYouMean(List<String> close) {
        return close.isEmpty() ? "" : " Did you mean " + String.join(" or ", close) + "?";
    }

    private static double share(String a, String b) {
        return 1 - (double) distance(a, b) / Math.max(1, Math.max(a.length(), b.length()));
    }

    /** How many letters must be added, dropped or changed to make one word of the other (Levenshtein). */
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
