package io.botmesh;

import java.lang.System.Logger;
import java.util.HashSet;
import java.util.Set;

/** Logs each warning once, so that a fault which repeats does not fill the log. Thread-safe. */
final class Warnings {
    /** The number of remembered texts. After that all are forgotten and may be logged again. */
    private static final int MAX_REMEMBERED = 1_000;

    private final Logger log;
    private final Set<String> logged = new HashSet<>();

    Warnings(Logger log) {
        this.log = log;
    }

    /** Logs the text, unless it was logged before. */
    void once(String text) {
        boolean isNew;
        synchronized (this) {
            if (logged.size() >= MAX_REMEMBERED) {
                logged.clear();
            }
            isNew = logged.add(text);
        }
        if (isNew) {
            log.log(Logger.Level.WARNING, text);
        }
    }
}
