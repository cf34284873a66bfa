package dev.mnistnative.cli;

import dev.mnistnative.report.Printable;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What goes to a terminal, without the control characters that text from files may hold. Lines and tabs pass; so do,
 * where they are allowed, the few sequences that colour our own text and redraw a line.
 */
final class PlainText extends FilterWriter {
    /** Made where a control character is found, which most runs never print. */
    private static final class Sequences {
        static final Pattern OURS = Pattern.compile("\033\\[([0-9;]{0,8}m|K|\\?7[hl])");
    }

    private boolean styled;

    /** @param styled whether colours and redrawing pass */
    PlainText(Writer out, boolean styled) {
        super(out);
        this.styled = styled;
    }

    /** From now on neither colours nor redrawing pass. */
    void allowNoStyles() {
        styled = false;
    }

    @Override
    public void write(int c) throws IOException {
        write(String.valueOf((char) c), 0, 1);
    }

    @Override
    public void write(char[] text, int start, int length) throws IOException {
        write(new String(text, start, length), 0, length);
    }

    @Override
    public void write(String text, int start, int length) throws IOException {
        int end = start + length;
        int written = start;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!Printable.isControl(c) || c == '\n' || c == '\t' || c == '\r' && styled) {
                continue;
            }
            Matcher ours = Sequences.OURS.matcher(text).region(i, end);
            if (styled && ours.lookingAt()) {
                i = ours.end() - 1;
                continue;
            }
            out.write(text, written, i - written);
            out.write(Printable.escaped(c));
            written = i + 1;
        }
        out.write(text, written, end - written);
    }
}
