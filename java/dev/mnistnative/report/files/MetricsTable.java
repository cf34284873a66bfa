package dev.mnistnative.report.files;

import dev.mnistnative.net.Evaluation;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.TrainingListener;
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

    private final Path path;
    private final Writer out;

    /** @param append whether to go on after the rows that are there, instead of replacing them */
    public MetricsTable(Path path, boolean append) throws IOException {
        this.path = path;
        boolean goesOn = append && Files.exists(path) && Files.size(path) > 0;
        out = goesOn ? Files.newBufferedWriter(path, StandardOpenOption.APPEND) : Files.newBufferedWriter(path);
        if (!goesOn) {
            write(HEADER);
        }
    }

    @Override
    public void onEpoch(EpochEnded event) {
        write(DoubleStream.of(
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
                                event.timing().samplesPerSecond())
                        .mapToObj(value -> Double.isFinite(value)
                                ? JsonNumbers.nineDigits(value).toPlainString()
                                : "")
                        .collect(Collectors.joining(","))
                + "\n");
    }

    private void write(String text) {
        try {
            out.write(text);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the metrics to " + path + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
