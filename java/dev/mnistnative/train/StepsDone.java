package dev.mnistnative.train;

/**
 * A chunk of steps is done. The arrays are copies of the listener's own.
 *
 * @param position after the chunk's last step
 * @param losses [steps] mean loss of each batch's samples that count, before its step: without any weights and label
 *     smoothing, whatever the reduction. NaN where all labels are ignored
 * @param objectives [steps] what each step minimised, before it: weights and label smoothing are in it, under
 *     reduction MEAN their weighted mean and under SUM the batch's sum; what PyTorch prints. NaN where the mean has
 *     nothing to divide by: all labels are ignored, or all weights are 0. The step's gradient is then zero
 * @param absoluteErrors [steps] mean distance of each batch's outputs from their targets, before its step (of the
 *     binary cross-entropy the probabilities'); 0 for the cross-entropy
 * @param correct [steps] right predictions in each batch, before its step: classes, or labels where each output is one
 *     (then up to outputs a sample); 0 where the outputs are values
 * @param learningRates [steps] the learning rates used
 * @param seconds the chunk's training time
 */
public record StepsDone(
        RunPosition position,
        double[] losses,
        double[] objectives,
        double[] absoluteErrors,
        int[] correct,
        double[] learningRates,
        double seconds) {
    /** The chunk's steps. */
    public int steps() {
        return losses.length;
    }

    /** The chunk's first step in its epoch, from 1. */
    public int firstStep() {
        return position.step() - steps() + 1;
    }
}
