package dev.mnistnative.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the standard streams are connected to. */
final class Terminal {
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    /** What a locale that says nothing of an encoding comes to. */
    private static final Charset UNKNOWN = StandardCharsets.US_ASCII;

    private Terminal() {}

    /**
     * The encoding of one of the standard streams, "stdout" or "stderr". Where the locale is the bare "C" (in most
     * containers), that is UTF-8, as Python has it: every terminal of today shows it.
     */
    static Charset encoding(String stream) {
        String named = System.getProperty(stream + ".encoding"); // from JDK 19 on
        Charset charset = named == null ? Charset.defaultCharset() : Charset.forName(named);
        return charset.equals(UNKNOWN) ? StandardCharsets.UTF_8 : charset;
    }

    /** Whether standard error shows Unicode's block elements. */
    static boolean showsBlocks() {
        return encoding("stderr").newEncoder().canEncode('\u2588');
    }

    /** Whether a line can be redrawn on standard error. */
    static boolean canRedraw() {
        return isStandardError() && !"dumb".equals(System.getenv("TERM"));
    }

    /** Whether standard error shows colours and NO_COLOR does not forbid them (https://no-color.org). */
    static boolean hasColours() {
        String refused = System.getenv("NO_COLOR");
        return canRedraw() && (refused == null || refused.isEmpty());
    }

    /** {@code System.console()} speaks of input and output only, and differently from JDK 22 on. */
    private static boolean isStandardError() {
        try {
            String target = Files.readSymbolicLink(STANDARD_ERROR).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
