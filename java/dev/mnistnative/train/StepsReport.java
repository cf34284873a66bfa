package dev.mnistnative.train;

/**
 * What one chunk of steps did. The arrays are copies of the listener's own.
 *
 * @param epoch from 1
 * @param epochs of the run
 * @param firstStep the chunk's first step in its epoch, from 1
 * @param stepsPerEpoch steps of a whole epoch
 * @param losses [steps] each batch's loss before its step; NaN where all labels are ignored
 * @param correct [steps] right predictions in each batch, before its step
 * @param learningRates [steps] the learning rates used
 * @param seconds the chunk's training time
 */
public record StepsReport(
        int epoch,
        int epochs,
        int firstStep,
        int stepsPerEpoch,
        double[] losses,
        int[] correct,
        double[] learningRates,
        double seconds) {
    /** The chunk's steps. */
    public int steps() {
        return losses.length;
    }
}
