package dev.mnistnative.train;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import java.nio.FloatBuffer;

/** Whether the data has what the loss compares with, told before anything is done with it. */
final class Fitting {
    private Fitting() {}

    /** @throws IllegalArgumentException that says what is missing or not allowed */
    static void require(TrainingData data, TrainingSettings settings) {
        require("training", data.training(), settings);
        data.evaluation().ifPresent(set -> require(data.evaluatedOn().toString(), set, settings));
    }

    private static void require(String set, Dataset data, TrainingSettings settings) {
        Loss loss = settings.loss();
        if (!loss.takesTargets()) {
            if (!data.hasLabels()) {
                throw new IllegalArgumentException("the " + set + " set has no labels, which the loss " + loss.id()
                        + " needs: give labels, or train with a loss that takes targets");
            }
            return;
        }
        if (!data.hasTargets()) {
            throw new IllegalArgumentException("the " + set + " set has no targets, which the loss " + loss.id()
                    + " needs: give targets, or train with cross_entropy");
        }
        int outputs = settings.layers().classes();
        if (data.outputs() != outputs) {
            throw new IllegalArgumentException("the " + set + " set has " + data.outputs()
                    + " targets a sample, but the net " + settings.layers() + " has " + outputs
                    + " outputs: they must be as many");
        }
        if (loss instanceof BceWithLogitsLoss) {
            requireProbabilities(set, data.targets(), outputs);
        }
    }

    private static void requireProbabilities(String set, FloatBuffer targets, int outputs) {
        for (int i = 0; i < targets.limit(); i++) {
            float target = targets.get(i);
            if (!(target >= 0 && target <= 1)) {
                throw new IllegalArgumentException("target " + i % outputs + " of sample " + i / outputs + " of the "
                        + set + " set is " + target + ", but the loss bce takes targets from 0 to 1");
            }
        }
    }

    /** Whether samples have weights, of the training set or of those that are evaluated on. */
    static boolean isWeighted(TrainingData data) {
        return data.training().sampleWeights().isPresent()
                || data.evaluation().flatMap(Dataset::sampleWeights).isPresent();
    }
}
