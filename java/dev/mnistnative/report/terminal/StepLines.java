package dev.mnistnative.report.terminal;

import dev.mnistnative.report.PythonNumbers;
import dev.mnistnative.train.EpochReport;
import dev.mnistnative.train.StepsReport;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingStart;
import java.util.List;
import java.util.Locale;

/**
 * The lines of the article's second program: {@code Epoch [1/5], Step [100/938], Loss: 0.1234} every so many steps, and at
 * the end {@code Accuracy of the network on the 10000 test images: 93 %}, whole per cent, cut off.
 */
public final class StepLines implements TrainingListener {
    private final Screen screen;
    private final String evaluationName;
    private final int stepsPerLine;
    private int evaluated;

    /**
     * @param evaluationName what was evaluated: "test" or "validation"
     * @param stepsPerLine 100 in the article's program
     */
    public StepLines(Screen screen, String evaluationName, int stepsPerLine) {
        this.screen = screen;
        this.evaluationName = evaluationName;
        this.stepsPerLine = stepsPerLine;
    }

    @Override
    public void onStart(TrainingStart start) {
        evaluated = start.testSamples();
    }

    @Override
    public void onSteps(StepsReport report) {
        for (int i = 0; i < report.steps(); i++) {
            int step = report.firstStep() + i;
            if (step % stepsPerLine == 0) {
                screen.result("Epoch [%d/%d], Step [%d/%d], Loss: %s"
                        .formatted(
                                report.epoch(),
                                report.epochs(),
                                step,
                                report.stepsPerEpoch(),
                                fourDecimals(report.losses()[i])));
            }
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        List<EpochReport> epochs = result.epochs();
        if (epochs.isEmpty()) {
            return;
        }
        result.lastEpoch().testAccuracy().ifPresent(accuracy -> {
            long correct = Math.round(accuracy * evaluated);
            screen.result("Accuracy of the network on the %d %s images: %d %%"
                    .formatted(evaluated, evaluationName, 100 * correct / evaluated));
        });
    }

    private static String fourDecimals(double loss) {
        return Double.isFinite(loss) ? String.format(Locale.ROOT, "%.4f", loss) : PythonNumbers.repr(loss);
    }
}
