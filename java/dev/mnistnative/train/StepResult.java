package dev.mnistnative.train;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.binding.NativeTrainer;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.internal.NativeSamples;

/**
 * What came of one {@link Trainer#step(Dataset)}, seen by the parameters before it.
 *
 * @param loss mean loss of the batch's samples that count: without any weights and label smoothing, whatever the
 *     reduction; NaN if none counts
 * @param objective what the step minimised: weights and label smoothing are in it; NaN where the mean has nothing to
 *     divide by, and the gradient is then zero
 * @param absoluteError mean distance of the outputs from their targets; NaN for the cross-entropy
 * @param correct right classes, or right labels where each output is one; 0 where the outputs are values
 * @param learningRate used
 */
public record StepResult(double loss, double objective, double absoluteError, int correct, double learningRate) {
    /**
     * Does the step.
     *
     * @throws MnistNativeException of status DIVERGED if the loss is not finite; then nothing has changed
     */
    static StepResult of(NativeTrainer trainer, TrainingSettings settings, Dataset batch, double learningRate) {
        if (!Double.isFinite(learningRate) || learningRate < 0) {
            throw new IllegalArgumentException(
                    "the learning rate is " + learningRate + ", but must be a finite number of 0 or more");
        }
        NativeTrainer.StepResults results = NativeTrainer.StepResults.of(1);
        trainer.setData(NativeSamples.of(batch));
        NativeTrainer.Chunk done = trainer.train(
                null, 0, batch.size(), batch.size(), settings.seed(), new double[] {learningRate}, results);
        if (done.diverged()) {
            throw new MnistNativeException(
                    MnistNativeException.Status.DIVERGED,
                    "the loss of the batch is not finite, and nothing was changed: lower the learning rate or scale "
                            + "the input");
        }
        return new StepResult(
                results.losses()[0],
                results.objectives()[0],
                settings.loss().takesTargets() ? results.absoluteErrors()[0] : Double.NaN,
                results.correct()[0],
                learningRate);
    }
}
