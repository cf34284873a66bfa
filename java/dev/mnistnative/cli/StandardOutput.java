package dev.mnistnative.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where results go. It knows whether they arrived: a full disk and a closed descriptor are told in the end, and where
 * the reader of a pipe has gone ({@code | head -1}), nobody waits for more, and the command stops.
 */
final class StandardOutput extends PrintWriter {
    /** The reader has gone. */
    static final class ReaderGoneException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final Sink sink;
    private final PlainText text;

    /** @param isPipe whether a failure to write means that the reader has gone */
    StandardOutput(Writer target, BooleanSupplier isPipe) {
        this(new Sink(target, isPipe));
    }

    private StandardOutput(Sink sink) {
        this(sink, new PlainText(sink, true));
    }

    private StandardOutput(Sink sink, PlainText text) {
        super(text, true);
        this.sink = sink;
        this.text = text;
    }

    /** That of a command. */
    static StandardOutput of(CommandSpec command) {
        return (StandardOutput) command.commandLine().getOut();
    }

    /** From here on text of files is printed: only picocli's help has colours. */
    void allowNoStyles() {
        text.allowNoStyles();
    }

    /** What happens once, instead of a {@link ReaderGoneException}, when the reader has gone; null: that again. */
    void whenReaderIsGone(Runnable stop) {
        sink.stop = stop;
    }

    boolean isReaderGone() {
        return sink.readerGone;
    }

    /** Why not everything could be written. */
    Optional<IOException> failure() {
        flush();
        return Optional.ofNullable(sink.failure);
    }

    /** Fails if not everything could be written. */
    void requireWritten() throws IOException {
        Optional<IOException> failure = failure();
        if (failure.isPresent()) {
            throw new IOException(sentence(failure.get()), failure.get());
        }
    }

    static String sentence(IOException failure) {
        return "standard output could not be written: " + failure.getMessage()
                + "; check what it leads to, the results are not complete there";
    }

    private static final class Sink extends Writer {
        private final Writer target;
        private final BooleanSupplier isPipe;
        private Runnable stop;
        private IOException failure;
        private boolean readerGone;

        Sink(Writer target, BooleanSupplier isPipe) {
            this.target = target;
            this.isPipe = isPipe;
        }

        @Override
        public void write(char[] characters, int start, int length) {
            if (failure != null) {
                return;
            }
            try {
                target.write(characters, start, length);
            } catch (IOException e) {
                failed(e);
            }
        }

        @Override
        public void flush() {
            if (failure != null) {
                return;
            }
            try {
                target.flush();
            } catch (IOException e) {
                failed(e);
            }
        }

        @Override
        public void close() {
            flush();
        }

        private void failed(IOException e) {
            failure = e;
            readerGone = isPipe.getAsBoolean();
            if (readerGone && stop == null) {
                throw new ReaderGoneException();
            } else if (readerGone) {
                stop.run();
            }
        }
    }
}
