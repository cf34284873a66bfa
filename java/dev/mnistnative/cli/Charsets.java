package dev.mnistnative.cli;

import java.util.List;
import java.util.Optional;

/** What the locale's encoding could not express. Java has replaced it by then, so that it can only be refused. */
final class Charsets {
    static final String REMEDY = "set LC_ALL=C.UTF-8, or the locale whose encoding it is in";

    private static final String REPLACED = "\ufffd";

    private Charsets() {}

    /** Why these arguments are refused, if they are. */
    static Optional<String> refusal(List<String> args) {
        for (int i = 0; i < args.size(); i++) {
            if (args.get(i).contains(REPLACED)) {
                return Optional.of("argument " + (i + 1) + " (" + args.get(i).replace(REPLACED, "?")
                        + ") has characters that this locale's encoding, " + System.getProperty("sun.jnu.encoding")
                        + ", does not know: " + REMEDY);
            }
        }
        return Optional.empty();
    }
}
