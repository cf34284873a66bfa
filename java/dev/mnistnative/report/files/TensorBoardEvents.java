package dev.mnistnative.report.files;

import dev.mnistnative.internal.IoAction;
import dev.mnistnative.train.EpochReport;
import dev.mnistnative.train.StepsReport;
import dev.mnistnative.train.TrainingListener;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Curves for TensorBoard. Per epoch, at step = epoch: {@code train/loss}, {@code train/accuracy} (the last batch's, as
 * everywhere), {@code test/loss}, {@code test/accuracy}, {@code train/images_per_second}; per logged step, at the step
 * of the whole run: {@code step/loss}, {@code step/lr}.
 */
public final class TensorBoardEvents implements TrainingListener, Closeable {
    private final Path folder;
    private final String evaluationName;
    private final int logSteps;
    private final EventFile file;

    /**
     * Creates the folder if it is not there, and a new event file in it.
     *
     * @param evaluationName prefix of the evaluation's curves: "test" or "validation"
     * @param logSteps steps between two points of the step curves, 0 for none
     */
    public TensorBoardEvents(Path folder, String evaluationName, int logSteps) throws IOException {
        this.folder = folder;
        this.evaluationName = evaluationName;
        this.logSteps = logSteps;
        Files.createDirectories(folder);
        file = new EventFile(folder, EventFile.hostName(), Clock.systemUTC());
    }

    @Override
    public void onSteps(StepsReport report) {
        long before = (report.epoch() - 1L) * report.stepsPerEpoch();
        write(events -> {
            for (int i = 0; logSteps > 0 && i < report.steps(); i++) {
                int step = report.firstStep() + i;
                if (step % logSteps == 0) {
                    events.scalar("step/loss", before + step, report.losses()[i]);
                    events.scalar("step/lr", before + step, report.learningRates()[i]);
                }
            }
        });
    }

    @Override
    public void onEpoch(EpochReport report) {
        int epoch = report.epoch();
        write(events -> {
            events.scalar("train/loss", epoch, report.trainLoss());
            events.scalar("train/accuracy", epoch, report.lastBatchAccuracy());
            events.scalar("train/images_per_second", epoch, report.imagesPerSecond());
            if (report.testAccuracy().isPresent()) {
                events.scalar(evaluationName + "/loss", epoch, report.testLoss().orElse(Double.NaN));
                events.scalar(
                        evaluationName + "/accuracy",
                        epoch,
                        report.testAccuracy().getAsDouble());
            }
        });
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void write(IoAction<EventFile> events) {
        try {
            events.on(file);
            file.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write TensorBoard events to " + folder + ": " + e.getMessage(), e);
        }
    }
}
