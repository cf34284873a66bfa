package dev.mnistnative.report.terminal;

import java.io.PrintWriter;

/**
 * Standard output for results, standard error for notes and for one status line that is redrawn in place. Where both
 * are the same terminal, the status line is wiped before a line is printed, so that they never mix. Safe from several
 * threads.
 */
public final class Screen {
    private static final String WIPE_LINE = "\r\033[K";
    private static final String NO_WRAP = "\033[?7l";
    private static final String WRAP = "\033[?7h";

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean notes;
    private final boolean colours;
    private boolean statusShown;

    /**
     * @param notes false drops notes, as {@code --quiet} wants
     * @param colours whether standard error shows colours
     */
    public Screen(PrintWriter out, PrintWriter err, boolean notes, boolean colours) {
        this.out = out;
        this.err = err;
        this.notes = notes;
        this.colours = colours;
    }

    /** A screen without colours. */
    public Screen(PrintWriter out, PrintWriter err, boolean notes) {
        this(out, err, notes, false);
    }

    /** Text for standard error, made to stand out where it can show that. */
    String inked(Style ink, String text) {
        return colours && !text.isEmpty() ? ink.on(text) : text;
    }

    /** Prints a result to standard output, at once: a script may be reading along. */
    public synchronized void result(String line) {
        wipeStatus();
        out.println(line);
        out.flush();
    }

    /** Prints a remark to standard error, unless notes are off. */
    public synchronized void note(String line) {
        if (notes) {
            wipeStatus();
            err.println(line);
            err.flush();
        }
    }

    /** Prints to standard error what must be known, with notes off too. */
    public synchronized void warning(String line) {
        wipeStatus();
        err.println(line);
        err.flush();
    }

    /** Shows or replaces the status line, of which a narrower terminal shows the beginning. */
    synchronized void status(String text) {
        err.print(NO_WRAP + WIPE_LINE + text + WRAP);
        err.flush();
        statusShown = true;
    }

    /** Removes the status line if one is shown. */
    synchronized void wipeStatus() {
        if (statusShown) {
            err.print(WIPE_LINE);
            err.flush();
            statusShown = false;
        }
    }
}
