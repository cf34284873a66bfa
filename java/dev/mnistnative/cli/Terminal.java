package dev.mnistnative.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What the standard streams are connected to. */
final class Terminal {
    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final int USUAL_COLUMNS = 80;
    private static final int PATIENCE_MILLIS = 500;

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

    /** Whether standard output leads to another program, which may end before we do. */
    static boolean standardOutputIsPipe() {
        String target = target(STANDARD_OUTPUT);
        return target.startsWith("pipe:") || target.startsWith("socket:");
    }

    /** How many columns standard error has, by the program that asks the terminal; 80 where it cannot tell. */
    static int columns() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(STANDARD_ERROR.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                stty.destroyForcibly();
                return USUAL_COLUMNS;
            }
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            int columns = Integer.parseInt(size.substring(size.indexOf(' ') + 1));
            return columns > 0 ? columns : USUAL_COLUMNS;
        } catch (IOException | NumberFormatException e) {
            return USUAL_COLUMNS;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL_COLUMNS;
        }
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
        String target = target(STANDARD_ERROR);
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
