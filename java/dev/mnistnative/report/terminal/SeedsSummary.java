package dev.mnistnative.report.terminal;

import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.internal.Seconds;
import dev.mnistnative.metrics.MeanDeviation;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Task;
import dev.mnistnative.report.Figures;
import dev.mnistnative.report.Losses;
import dev.mnistnative.report.Printable;
import dev.mnistnative.report.PythonNumbers;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.TrainingResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Several runs that differ by their seeds: a line for each as it ends, {@code seed: 3 train_loss: 0.05 accuracy: 0.98
 * test_accuracy: 0.9815 …}, and in the end the mean of each figure, {@code seeds: 10 test_accuracy: 0.98158 sd: 0.00052
 * min: 0.9805 max: 0.9822}.
 */
public final class SeedsSummary {
    private static final int LINE_DIGITS = 4;
    private static final int MEAN_DIGITS = 5;
    private static final int PERCENT = 100;
    private static final String LOSS = "_loss";

    private final Screen screen;
    private final Task task;
    private final long began = System.nanoTime();
    private final Map<String, List<Double>> figures = new LinkedHashMap<>();
    private final List<String> files = new ArrayList<>();
    private int done;

    /** @param task of the loss */
    public SeedsSummary(Screen screen, Task task) {
        this.screen = screen;
        this.task = task;
    }

    /** Before the first: how many there are, how many at once, and threads of each. */
    public void begins(int seeds, int sideBySide, int threads) {
        String order = sideBySide == 1 ? "one after the other, " : sideBySide + " side by side, ";
        screen.note(seeds
                + (seeds == 1 ? " seed, " : " seeds, ")
                + order
                + threads
                + (threads == 1 ? " thread each" : " threads each"));
    }

    /**
     * A seed's run has come to its end. From any thread.
     *
     * @param evaluations of its net, by what on
     */
    public synchronized void ended(long seed, TrainingResult result, Map<EvaluatedOn, Evaluation> evaluations) {
        done++;
        StringBuilder line = new StringBuilder("seed: ").append(seed);
        if (!result.epochs().isEmpty()) {
            EpochEnded.Training training = result.lastEpoch().training();
            line.append(" train_loss: ").append(PythonNumbers.round(training.loss(), 2));
            line.append(task == Task.VALUES ? " mae: " : " accuracy: ")
                    .append(PythonNumbers.round(
                            task == Task.VALUES ? training.absoluteError() : training.lastBatchAccuracy(), 2));
            if (evaluations.isEmpty()) {
                add("train_loss", training.loss());
            }
        }
        evaluations.forEach((set, evaluation) -> {
            if (task == Task.VALUES) {
                tell(line, set + "_mse", evaluation.squaredError());
                tell(line, set + "_mae", evaluation.absoluteError());
            } else {
                tell(line, set + "_accuracy", evaluation.accuracy());
                tell(line, set + LOSS, evaluation.loss());
            }
        });
        screen.result(line.append(" epochs: ")
                .append(result.epochs().size())
                .append(" seconds: ")
                .append(PythonNumbers.round(result.seconds(), 3))
                .toString());
    }

    private void tell(StringBuilder line, String name, double value) {
        line.append(' ').append(name).append(": ").append(text(name, value, LINE_DIGITS));
        add(name, value);
    }

    private void add(String name, double value) {
        figures.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
    }

    private String text(String name, double value, int digits) {
        if (name.endsWith(LOSS)) {
            return Losses.text(value);
        }
        return task == Task.VALUES ? Figures.error(value) : PythonNumbers.round(value, digits);
    }

    /** Something that was written for each seed; null is nothing. */
    public void saved(String what, Path where) {
        if (where != null) {
            files.add(RunSummary.row(what, Printable.text(where.toString())));
        }
    }

    /**
     * Means and all else, once everything is written.
     *
     * @param ending in a word
     * @param seeds that there were to be
     */
    public synchronized void print(String ending, int seeds) {
        List<String> rows = new ArrayList<>();
        figures.forEach((name, values) -> {
            MeanDeviation all = MeanDeviation.of(
                    values.stream().mapToDouble(Double::doubleValue).toArray());
            boolean several = all.count() > 1;
            screen.result("seeds: " + all.count() + " " + name + ": " + text(name, all.mean(), MEAN_DIGITS)
                    + (several ? " sd: " + text(name, all.deviation(), MEAN_DIGITS) : "") + " min: "
                    + text(name, all.least(), LINE_DIGITS) + " max: " + text(name, all.greatest(), LINE_DIGITS));
            if (name.endsWith("_accuracy")) {
                String deviation = several ? String.format(Locale.ROOT, " ± %.2f", PERCENT * all.deviation()) : "";
                rows.add(RunSummary.row(
                        name.substring(0, name.indexOf('_')),
                        screen.inked(
                                Style.BOLD,
                                String.format(Locale.ROOT, "accuracy %.2f%s %%", PERCENT * all.mean(), deviation))));
            }
        });
        screen.note(screen.inked(Style.GREEN, ending)
                + String.format(Locale.ROOT, " in %.2f s: %d of %d seeds", Seconds.since(began), done, seeds));
        rows.forEach(screen::note);
        files.forEach(screen::note);
    }
}
