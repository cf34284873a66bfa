package dev.mnistnative.report.terminal;

import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.report.PythonNumbers;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingStart;

/** One line an epoch, beginning as the source article's program prints it: {@code train_loss: 1.23 accuracy: 0.81}. */
public final class EpochLines implements TrainingListener {
    private final Screen screen;
    private EvaluatedOn evaluatedOn;
    private boolean minimisesTheLoss = true;

    public EpochLines(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void onStart(TrainingStart start) {
        evaluatedOn = start.data().evaluatedOn();
        minimisesTheLoss = start.settings().loss().isPlain();
    }

    @Override
    public void onEpoch(EpochEnded event) {
        screen.result(line(event));
    }

    private String line(EpochEnded event) {
        StringBuilder line = new StringBuilder("train_loss: ")
                .append(PythonNumbers.round(event.training().loss(), 2))
                .append(" accuracy: ")
                .append(PythonNumbers.round(event.training().lastBatchAccuracy(), 2));
        if (!minimisesTheLoss) {
            line.append(" train_objective: ")
                    .append(PythonNumbers.round(event.training().objective(), 2));
        }
        event.evaluation()
                .ifPresent(evaluation -> line.append(' ')
                        .append(evaluatedOn)
                        .append("_accuracy: ")
                        .append(PythonNumbers.round(evaluation.accuracy(), 4)));
        return line.append(" seconds: ")
                .append(PythonNumbers.round(event.timing().seconds(), 3))
                .append(" images/s: ")
                .append(Math.round(event.timing().samplesPerSecond()))
                .toString();
    }
}
