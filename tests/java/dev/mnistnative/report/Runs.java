package dev.mnistnative.report;

import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.train.CrossEntropyLoss;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.HuberLoss;
import dev.mnistnative.train.Loss;
import dev.mnistnative.train.Resumed;
import dev.mnistnative.train.RunPosition;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import dev.mnistnative.train.Unused;
import java.util.List;
import java.util.Optional;

/** Parts of a made-up run for tests of the listeners. */
public final class Runs {
    public static final int STEPS_PER_EPOCH = 250;

    private Runs() {}

    public static TrainingStart start(String deviceReason) {
        return start(deviceReason, EvaluatedOn.TEST);
    }

    public static TrainingStart start(String deviceReason, EvaluatedOn evaluatedOn) {
        return start(deviceReason, evaluatedOn, CrossEntropyLoss.DEFAULT);
    }

    /** A run that minimises something else than the loss that it shows. */
    public static TrainingStart smoothed(String deviceReason, EvaluatedOn evaluatedOn) {
        return start(deviceReason, evaluatedOn, CrossEntropyLoss.DEFAULT.withLabelSmoothing(0.1));
    }

    /** A run on real-valued targets. */
    public static TrainingStart ofValues() {
        return start("", EvaluatedOn.TEST, new HuberLoss(0.5));
    }

    /** An epoch of such, with these mean absolute errors in training and evaluation; the squared one is 0.0625. */
    public static EpochEnded epochOfValues(double trainingError, double error) {
        EpochEnded epoch = epoch(1.234, Double.NaN);
        return new EpochEnded(
                epoch.position(),
                new EpochEnded.Training(1.234, 1.234, trainingError, Double.NaN, Double.NaN),
                Optional.of(new Evaluation(0.5, 0.5, Double.NaN, error, 0.0625, 120, Optional.empty())),
                epoch.timing());
    }

    private static TrainingStart start(String deviceReason, EvaluatedOn evaluatedOn, Loss loss) {
        TrainingSettings settings = TrainingSettings.builder(4, 3, 2)
                .batchSize(8)
                .epochs(2)
                .seed(7)
                .loss(loss)
                .build();
        return new TrainingStart(
                settings,
                new TrainingStart.Machine(
                        Device.cpu(), deviceReason, "avx2", 3, "cpu, avx2, 3 threads, float32", "9.8.7"),
                new TrainingStart.Data(2000, STEPS_PER_EPOCH, 120, evaluatedOn, new Unused(0, 0, 0, List.of()), false),
                Optional.empty());
    }

    /** The start of a run that goes on after so many epochs and steps of the next. */
    public static TrainingStart resumed(int epochs, int steps) {
        TrainingStart start = start("");
        return new TrainingStart(
                start.settings(), start.machine(), start.data(), Optional.of(new Resumed("c", epochs, steps)));
    }

    /** A chunk of the first epoch whose step s has the loss s / 1000, and the same objective. */
    public static StepsDone steps(int first, int count) {
        double[] losses = new double[count];
        double[] rates = new double[count];
        for (int i = 0; i < count; i++) {
            losses[i] = (first + i) / 1000.0;
            rates[i] = 0.5;
        }
        RunPosition position = new RunPosition(1, 2, first + count - 1, STEPS_PER_EPOCH);
        return new StepsDone(position, losses, losses.clone(), new double[count], new int[count], rates, 0.01);
    }

    /** The first epoch, without an evaluation; its objective is twice its loss. */
    public static EpochEnded epoch(double trainingLoss, double lastBatchAccuracy) {
        return epoch(trainingLoss, lastBatchAccuracy, Optional.empty());
    }

    /** The first epoch, whose evaluation has this accuracy and a loss of 0.123456789123. */
    public static EpochEnded epoch(double trainingLoss, double lastBatchAccuracy, double accuracy) {
        Evaluation evaluation = new Evaluation(0.123456789123, 0.2, accuracy, 120, Optional.empty());
        return epoch(trainingLoss, lastBatchAccuracy, Optional.of(evaluation));
    }

    private static EpochEnded epoch(double trainingLoss, double lastBatchAccuracy, Optional<Evaluation> evaluation) {
        return new EpochEnded(
                new RunPosition(1, 2, STEPS_PER_EPOCH, STEPS_PER_EPOCH),
                new EpochEnded.Training(trainingLoss, 2 * trainingLoss, Double.NaN, 0.5, lastBatchAccuracy),
                evaluation,
                new EpochEnded.Timing(1.5, 0.25, 1333.4));
    }
}
