package dev.mnistnative.train;

import dev.mnistnative.binding.NativeTrainer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Adds up one epoch's steps. */
final class EpochTotals {
    private static final String PREFIX = "epoch_totals.";
    private static final String LOSS_SUM = PREFIX + "loss_sum";
    private static final String OBJECTIVE_SUM = PREFIX + "objective_sum";
    private static final String ABSOLUTE_ERROR_SUM = PREFIX + "absolute_error_sum";
    private static final String BATCHES = PREFIX + "batches";
    private static final String WEIGHED_BATCHES = PREFIX + "weighed_batches";
    private static final String CORRECT = PREFIX + "correct";
    private static final String COUNTED = PREFIX + "counted";
    private static final String LAST_CORRECT = PREFIX + "last_batch_correct";
    private static final String LAST_COUNTED = PREFIX + "last_batch_counted";
    private static final String SECONDS = PREFIX + "seconds";

    private double lossSum;
    private double objectiveSum;
    private double absoluteErrorSum;
    private int batches;
    private int weighedBatches;
    private long correct;
    private long counted;
    private int lastCorrect;
    private int lastCounted;
    private double seconds;

    /** The totals that {@link #entries} wrote. */
    static EpochTotals of(CheckpointHeader header) {
        EpochTotals totals = new EpochTotals();
        totals.lossSum = header.number(LOSS_SUM);
        totals.objectiveSum = header.number(OBJECTIVE_SUM);
        totals.absoluteErrorSum = header.number(ABSOLUTE_ERROR_SUM);
        totals.batches = header.integer(BATCHES);
        totals.weighedBatches = header.integer(WEIGHED_BATCHES);
        totals.correct = header.whole(CORRECT);
        totals.counted = header.whole(COUNTED);
        totals.lastCorrect = header.integer(LAST_CORRECT);
        totals.lastCounted = header.integer(LAST_COUNTED);
        totals.seconds = header.number(SECONDS);
        return totals;
    }

    /** Every bit of the totals, for a checkpoint's header. */
    Map<String, String> entries() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(LOSS_SUM, String.valueOf(lossSum));
        entries.put(OBJECTIVE_SUM, String.valueOf(objectiveSum));
        entries.put(ABSOLUTE_ERROR_SUM, String.valueOf(absoluteErrorSum));
        entries.put(BATCHES, String.valueOf(batches));
        entries.put(WEIGHED_BATCHES, String.valueOf(weighedBatches));
        entries.put(CORRECT, String.valueOf(correct));
        entries.put(COUNTED, String.valueOf(counted));
        entries.put(LAST_CORRECT, String.valueOf(lastCorrect));
        entries.put(LAST_COUNTED, String.valueOf(lastCounted));
        entries.put(SECONDS, String.valueOf(seconds));
        return entries;
    }

    /** One step of a chunk and its samples that count. */
    void step(NativeTrainer.StepResults results, int step, int stepCounted) {
        double loss = results.losses()[step];
        double objective = results.objectives()[step];
        int stepCorrect = results.correct()[step];
        if (!Double.isNaN(loss)) { // else all labels are ignored
            lossSum += loss;
            absoluteErrorSum += results.absoluteErrors()[step];
            batches++;
        }
        if (!Double.isNaN(objective)) { // else all weights are 0, too: nothing was minimised
            objectiveSum += objective;
            weighedBatches++;
        }
        correct += stepCorrect;
        counted += stepCounted;
        lastCorrect = stepCorrect;
        lastCounted = stepCounted;
    }

    void spent(double moreSeconds) {
        seconds += moreSeconds;
    }

    double seconds() {
        return seconds;
    }

    EpochEnded.Training training(TrainingSettings settings) {
        int answers = settings.answersPerSample();
        return new EpochEnded.Training(
                lossSum / batches,
                objectiveSum / weighedBatches,
                settings.loss().takesTargets() ? absoluteErrorSum / batches : Double.NaN,
                (double) correct / (counted * answers),
                (double) lastCorrect / ((long) lastCounted * answers));
    }
}
