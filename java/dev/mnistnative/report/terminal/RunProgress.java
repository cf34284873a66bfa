package dev.mnistnative.report.terminal;

import dev.mnistnative.internal.Seconds;
import dev.mnistnative.net.Task;
import dev.mnistnative.report.PythonNumbers;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingStart;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongSupplier;

/** How far a run has come and how it does: kept up to date chunk by chunk, told in words. */
final class RunProgress {
    private static final int MINUTE = 60;
    private static final int HOUR = 3600;

    private final LongSupplier nanoTime;
    private TrainingStart start;
    private long began;
    private long firstStep;
    private StepsDone last;
    private long stepsDone;
    private int epochSamples;
    private double epochSeconds;

    /** @param nanoTime as {@link System#nanoTime} */
    RunProgress(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void begin(TrainingStart begun) {
        start = begun;
        began = nanoTime.getAsLong();
        firstStep = -1;
    }

    void add(StepsDone event) {
        stepsDone = event.position().stepInRun();
        long before = stepsDone - event.steps();
        if (firstStep < 0) {
            firstStep = before; // above 0 in a run that goes on
        }
        if (last == null || last.position().epoch() != event.position().epoch()) {
            epochSamples = 0;
            epochSeconds = 0;
        }
        last = event;
        epochSamples += samples(event);
        epochSeconds += event.seconds();
    }

    /** Of the whole run, 0 to 1. */
    double share() {
        return last == null ? 0 : stepsDone / (double) steps();
    }

    String epoch() {
        return last.position().epoch() + "/" + last.position().epochs();
    }

    /** The last chunk's last step in its epoch. */
    String step() {
        return last.position().step() + "/" + last.position().stepsPerEpoch();
    }

    /** Mean over the last chunk. */
    String loss() {
        double loss = Arrays.stream(last.losses())
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(Double.NaN);
        return Double.isFinite(loss) ? String.format(Locale.ROOT, "%.3f", loss) : PythonNumbers.repr(loss);
    }

    /** Accuracy, or the mean absolute error of real-valued outputs, over the last chunk. */
    String quality() {
        Task task = start.settings().loss().task();
        if (task == Task.VALUES) {
            double error = Arrays.stream(last.absoluteErrors()).average().orElse(Double.NaN);
            return String.format(Locale.ROOT, "mae %.3f", error);
        }
        int outputs = task == Task.MULTI_LABEL ? start.settings().layers().classes() : 1;
        double all = (double) samples(last) * outputs;
        return String.format(
                Locale.ROOT, "accuracy %.3f", Arrays.stream(last.correct()).sum() / all);
    }

    /** Over the epoch so far. */
    String imagesPerSecond() {
        double rate = epochSamples / epochSeconds;
        return rate < 10_000 ? Math.round(rate) + "" : Math.round(rate / 1000) + "k";
    }

    /** Until the last epoch's end, evaluations included, if all goes on as it did. */
    String timeLeft() {
        double elapsed = Seconds.of(nanoTime.getAsLong() - began);
        return clock(Math.round(elapsed / (stepsDone - firstStep) * (steps() - stepsDone)));
    }

    /** Seconds as a clock shows them. */
    static String clock(long left) {
        return left < HOUR
                ? String.format(Locale.ROOT, "%d:%02d", left / MINUTE, left % MINUTE)
                : String.format(Locale.ROOT, "%d:%02d:%02d", left / HOUR, left % HOUR / MINUTE, left % MINUTE);
    }

    private long steps() {
        return (long) start.settings().epochs() * start.data().stepsPerEpoch();
    }

    /** All batches are full but perhaps an epoch's last. */
    private int samples(StepsDone event) {
        int batch = start.settings().batchSize();
        int from = (event.firstStep() - 1) * batch;
        return Math.min(event.steps() * batch, start.data().samples() - from);
    }
}
