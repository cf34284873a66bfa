package dev.mnistnative.report.files;

import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.internal.IoAction;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Task;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.Resumed;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingStart;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Curves for TensorBoard. Per epoch, at step = epoch: {@code train/loss}, {@code train/accuracy} (the last batch's, as
 * everywhere), {@code test/loss}, {@code test/accuracy}, {@code train/images_per_second}; per logged step, at the step
 * of the whole run: {@code step/loss}, {@code step/lr}. Where training minimises something else than the loss, each
 * loss has an {@code objective} beside it. Real-valued outputs have {@code train/mae}, {@code test/mae} and {@code
 * test/mse} instead of accuracies.
 */
public final class TensorBoardEvents implements TrainingListener, Closeable {
    /** How the names of curves over steps begin; the others' steps are epochs. */
    static final String STEP_CURVES = "step/";

    private final Path folder;
    private final int logSteps;
    private final boolean goesOn;
    private final EventFile file;
    private EvaluatedOn evaluatedOn;
    private boolean minimisesTheLoss = true;
    private Task task = Task.CLASSES;

    /**
     * Creates the folder if it is not there, and a new event file in it.
     *
     * @param logSteps steps between two points of the step curves, 0 for none
     * @param goesOn whether earlier files in the folder are the same run's: what they tell beyond the checkpoint that
     *     it goes on from is cut off
     */
    public TensorBoardEvents(Path folder, int logSteps, boolean goesOn) throws IOException {
        this.folder = folder;
        this.goesOn = goesOn;
        this.logSteps = logSteps;
        Files.createDirectories(folder);
        file = new EventFile(folder, EventFile.hostName(), Clock.systemUTC());
    }

    @Override
    public void onStart(TrainingStart start) {
        evaluatedOn = start.data().evaluatedOn();
        minimisesTheLoss = start.minimisesTheLoss();
        task = start.settings().loss().task();
        if (goesOn) {
            long epochs = start.resumed().map(Resumed::epochs).orElse(0);
            long steps = start.resumed().map(Resumed::steps).orElse(0);
            long stepsInRun = epochs * start.data().stepsPerEpoch() + steps;
            write(events -> events.restart(new EarlierEvents(epochs, stepsInRun).cut(folder, events.path())));
        }
    }

    @Override
    public void onSteps(StepsDone event) {
        long before = event.position().stepInRun() - event.steps();
        write(events -> {
            for (int i = 0; logSteps > 0 && i < event.steps(); i++) {
                if ((event.firstStep() + i) % logSteps == 0) {
                    long step = before + i + 1;
                    events.scalar(STEP_CURVES + "loss", step, event.losses()[i]);
                    if (!minimisesTheLoss) {
                        events.scalar(STEP_CURVES + "objective", step, event.objectives()[i]);
                    }
                    events.scalar(STEP_CURVES + "lr", step, event.learningRates()[i]);
                }
            }
        });
    }

    @Override
    public void onEpoch(EpochEnded event) {
        int epoch = event.position().epoch();
        write(events -> {
            events.scalar("train/loss", epoch, event.training().loss());
            if (!minimisesTheLoss) {
                events.scalar("train/objective", epoch, event.training().objective());
            }
            if (task == Task.VALUES) {
                events.scalar("train/mae", epoch, event.training().absoluteError());
            } else {
                events.scalar("train/accuracy", epoch, event.training().lastBatchAccuracy());
            }
            events.scalar("train/images_per_second", epoch, event.timing().samplesPerSecond());
            if (event.evaluation().isPresent()) {
                evaluation(events, epoch, event.evaluation().get());
            }
        });
    }

    private void evaluation(EventFile events, int epoch, Evaluation evaluation) throws IOException {
        events.scalar(evaluatedOn + "/loss", epoch, evaluation.loss());
        if (!minimisesTheLoss) {
            events.scalar(evaluatedOn + "/objective", epoch, evaluation.objective());
        }
        if (task == Task.VALUES) {
            events.scalar(evaluatedOn + "/mae", epoch, evaluation.absoluteError());
            events.scalar(evaluatedOn + "/mse", epoch, evaluation.squaredError());
        } else {
            events.scalar(evaluatedOn + "/accuracy", epoch, evaluation.accuracy());
        }
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
