package dev.mnistnative.report.terminal;

import dev.mnistnative.report.PythonNumbers;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingStart;
import java.util.List;
import java.util.Locale;

/**
 * The lines of the article's second program: {@code Epoch [1/5], Step [100/938], Loss: 0.1234} every so many steps, and
 * at the end {@code Accuracy of the network on the 10000 test images: 93 %}, whole per cent, cut off.
 */
public final class StepLines implements TrainingListener {
    private final Screen screen;
    private final int stepsPerLine;
    private TrainingStart.Data data;

    /** @param stepsPerLine 100 in the article's program */
    public StepLines(Screen screen, int stepsPerLine) {
        this.screen = screen;
        this.stepsPerLine = stepsPerLine;
    }

    @Override
    public void onStart(TrainingStart start) {
        data = start.data();
    }

    @Override
    public void onSteps(StepsDone event) {
        for (int i = 0; i < event.steps(); i++) {
            int step = event.firstStep() + i;
            if (step % stepsPerLine == 0) {
                screen.result(String.format(
                        Locale.ROOT,
                        "Epoch [%d/%d], Step [%d/%d], Loss: %s",
                        event.position().epoch(),
                        event.position().epochs(),
                        step,
                        event.position().stepsPerEpoch(),
                        fourDecimals(event.losses()[i])));
            }
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        List<EpochEnded> epochs = result.epochs();
        if (epochs.isEmpty()) {
            return;
        }
        result.lastEpoch().evaluation().ifPresent(evaluation -> {
            int evaluated = data.evaluationSamples();
            long correct = Math.round(evaluation.accuracy() * evaluated);
            screen.result(String.format(
                    Locale.ROOT,
                    "Accuracy of the network on the %d %s images: %d %%",
                    evaluated,
                    data.evaluatedOn(),
                    100 * correct / evaluated));
        });
    }

    private static String fourDecimals(double loss) {
        return Double.isFinite(loss) ? String.format(Locale.ROOT, "%.4f", loss) : PythonNumbers.repr(loss);
    }
}
