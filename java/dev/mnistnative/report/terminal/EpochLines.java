package dev.mnistnative.report.terminal;

import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Task;
import dev.mnistnative.report.PythonNumbers;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingStart;

/**
 * One line an epoch, beginning as the source article's program prints it: {@code train_loss: 1.23 accuracy: 0.81}; of
 * real-valued targets {@code train_loss: 1.23 mae: 0.81}, the mean absolute error of the epoch's batches.
 */
public final class EpochLines implements TrainingListener {
    private final Screen screen;
    private EvaluatedOn evaluatedOn;
    private boolean minimisesTheLoss = true;
    private Task task = Task.CLASSES;

    public EpochLines(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void onStart(TrainingStart start) {
        evaluatedOn = start.data().evaluatedOn();
        minimisesTheLoss = start.minimisesTheLoss();
        task = start.settings().loss().task();
    }

    @Override
    public void onEpoch(EpochEnded event) {
        screen.result(line(event));
    }

    private String evaluated(Evaluation evaluation) {
        return task == Task.VALUES
                ? " " + evaluatedOn + "_mse: " + PythonNumbers.round(evaluation.squaredError(), 4) + " " + evaluatedOn
                        + "_mae: " + PythonNumbers.round(evaluation.absoluteError(), 4)
                : " " + evaluatedOn + "_accuracy: " + PythonNumbers.round(evaluation.accuracy(), 4);
    }

    private String line(EpochEnded event) {
        StringBuilder line = new StringBuilder("train_loss: ")
                .append(PythonNumbers.round(event.training().loss(), 2))
                .append(task == Task.VALUES ? " mae: " : " accuracy: ")
                .append(PythonNumbers.round(
                        task == Task.VALUES
                                ? event.training().absoluteError()
                                : event.training().lastBatchAccuracy(),
                        2));
        if (!minimisesTheLoss) {
            line.append(" train_objective: ")
                    .append(PythonNumbers.round(event.training().objective(), 2));
        }
        event.evaluation().ifPresent(evaluation -> line.append(evaluated(evaluation)));
        return line.append(" seconds: ")
                .append(PythonNumbers.round(event.timing().seconds(), 3))
                .append(" images/s: ")
                .append(Math.round(event.timing().samplesPerSecond()))
                .toString();
    }
}
