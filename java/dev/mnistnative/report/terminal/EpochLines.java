package dev.mnistnative.report.terminal;

import dev.mnistnative.report.PythonNumbers;
import dev.mnistnative.train.EpochReport;
import dev.mnistnative.train.TrainingListener;

/** One line an epoch, beginning as the source article's program prints it: {@code train_loss: 1.23 accuracy: 0.81}. */
public final class EpochLines implements TrainingListener {
    private final Screen screen;
    private final String evaluationName;

    /** @param evaluationName what the evaluation's accuracy is called: "test" or "validation" */
    public EpochLines(Screen screen, String evaluationName) {
        this.screen = screen;
        this.evaluationName = evaluationName;
    }

    @Override
    public void onEpoch(EpochReport report) {
        screen.result(line(report));
    }

    private String line(EpochReport report) {
        StringBuilder line = new StringBuilder("train_loss: ")
                .append(PythonNumbers.round(report.trainLoss(), 2))
                .append(" accuracy: ")
                .append(PythonNumbers.round(report.lastBatchAccuracy(), 2));
        report.testAccuracy()
                .ifPresent(accuracy -> line.append(' ')
                        .append(evaluationName)
                        .append("_accuracy: ")
                        .append(PythonNumbers.round(accuracy, 4)));
        return line.append(" seconds: ")
                .append(PythonNumbers.round(report.seconds(), 3))
                .append(" images/s: ")
                .append(Math.round(report.imagesPerSecond()))
                .toString();
    }
}
