package dev.mnistnative.train;

/**
 * A chunk of steps is done. The arrays are copies of the listener's own.
 *
 * @param position after the chunk's last step
 * @param losses [steps] each batch's mean loss per sample, before its step: comparable whatever the reduction; class
 *     weights and label smoothing are in it as in what PyTorch prints. NaN where all labels are ignored
 * @param objectives [steps] what each step minimised, before it: the same as {@code losses} under reduction MEAN, the
 *     batch's sum under SUM
 * @param correct [steps] right predictions in each batch, before its step
 * @param learningRates [steps] the learning rates used
 * @param seconds the chunk's training time
 */
public record StepsDone(
        RunPosition position,
        double[] losses,
        double[] objectives,
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
