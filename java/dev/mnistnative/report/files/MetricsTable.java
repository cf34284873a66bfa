package dev.mnistnative.report.files;

import dev.mnistnative.net.Evaluation;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.Resumed;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingStart;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** A CSV table with a row an epoch, each on disk before the run goes on; what is not finite is an empty field. */
public final class MetricsTable implements TrainingListener, Closeable {
    private static final String HEADER =
            "epoch,train_loss,train_objective,accuracy,train_accuracy,test_loss,test_objective,"
                    + "test_accuracy,seconds,evaluation_seconds,steps,images_per_second\n";

    /** Behind them for a run on targets. */
    private static final String OF_TARGETS = "mae,test_mae,test_mse";

    private final Path path;
    private final boolean goesOn;
    private boolean hasTargets;
    private Writer out;

    /**
     * The file is created, or emptied, when the run starts: one that is refused leaves an earlier run's.
     *
     * @param goesOn whether to go on after an earlier run's rows, up to the checkpoint that the run goes on from,
     *     instead of replacing them
     */
    public MetricsTable(Path path, boolean goesOn) throws IOException {
        this.path = path;
        this.goesOn = goesOn && Files.exists(path) && Files.size(path) > 0;
    }

    private void open() throws IOException {
        out = goesOn ? Files.newBufferedWriter(path, StandardOpenOption.APPEND) : Files.newBufferedWriter(path);
        if (!goesOn) {
            out.write(header());
        }
    }

    private String header() {
        return hasTargets ? HEADER.strip() + "," + OF_TARGETS + "\n" : HEADER;
    }

    @Override
    public void onStart(TrainingStart start) {
        hasTargets = start.settings().loss().takesTargets();
        if (!goesOn) {
            write(""); // with the header
        } else {
            int epochs = start.resumed().map(Resumed::epochs).orElse(0);
            try {
                EarlierLines.cut(path, row -> comesAgain(row, epochs));
                if (Files.isRegularFile(path) && Files.size(path) == 0) { // the header was cut off
                    write(header());
                }
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    private static boolean comesAgain(String row, int epochs) {
        try {
            return Integer.parseInt(row.substring(0, Math.max(0, row.indexOf(',')))) > epochs;
        } catch (NumberFormatException e) {
            return false; // the header
        }
    }

    @Override
    public void onEpoch(EpochEnded event) {
        DoubleStream always = DoubleStream.of(
                event.position().epoch(),
                event.training().loss(),
                event.training().objective(),
                event.training().lastBatchAccuracy(),
                event.training().accuracy(),
                event.evaluation().map(Evaluation::loss).orElse(Double.NaN),
                event.evaluation().map(Evaluation::objective).orElse(Double.NaN),
                event.evaluation().map(Evaluation::accuracy).orElse(Double.NaN),
                event.timing().seconds(),
                event.timing().evaluationSeconds(),
                event.position().step(),
                event.timing().samplesPerSecond());
        DoubleStream errors = DoubleStream.of(
                event.training().absoluteError(),
                event.evaluation().map(Evaluation::absoluteError).orElse(Double.NaN),
                event.evaluation().map(Evaluation::squaredError).orElse(Double.NaN));
        write(DoubleStream.concat(always, hasTargets ? errors : DoubleStream.empty())
                        .mapToObj(value -> Double.isFinite(value)
                                ? JsonNumbers.nineDigits(value).toPlainString()
                                : "")
                        .collect(Collectors.joining(","))
                + "\n");
    }

    private void write(String text) {
        try {
            if (out == null) {
                open();
            }
            out.write(text);
            out.flush();
        } catch (IOException e) {
            cutHalfARow();
            throw failure(e);
        }
    }

    /** What fitted on a full disk ends with a whole row. */
    private void cutHalfARow() {
        try {
            close(); // what is buffered would come once more
        } catch (IOException e) {
            // the failure before is told
        }
        try {
            EarlierLines.cut(path, row -> false);
        } catch (IOException e) {
            // it stays as it is
        }
    }

    private UncheckedIOException failure(IOException e) {
        return new UncheckedIOException("cannot write the metrics to " + path + ": " + e.getMessage(), e);
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }
}
