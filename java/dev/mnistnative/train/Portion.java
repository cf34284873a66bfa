package dev.mnistnative.train;

/**
 * How much of a run one call of {@link Trainer#fit(dev.mnistnative.data.TrainingData, Portion, Checkpoints,
 * TrainingListener...)} does.
 *
 * @param count steps or epochs, 1 or more
 * @param ofEpochs whether it counts epochs: one that is under way counts as one
 */
public record Portion(long count, boolean ofEpochs) {
    public Portion {
        Require.atLeast(ofEpochs ? "epochs" : "steps", count, 1);
    }

    /** So many optimizer steps. */
    public static Portion steps(long count) {
        return new Portion(count, false);
    }

    /** So many epochs, the last one's evaluation included. */
    public static Portion epochs(int count) {
        return new Portion(count, true);
    }

    /** The steps from a place of a run on. */
    long stepsFrom(int step, BatchPlan plan) {
        return ofEpochs ? Math.multiplyExact(count, (long) plan.steps()) - step : count;
    }
}
