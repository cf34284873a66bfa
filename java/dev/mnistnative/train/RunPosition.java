package dev.mnistnative.train;

/**
 * How far a run has come.
 *
 * @param epoch from 1
 * @param epochs of the run
 * @param step steps of the epoch that are done
 * @param stepsPerEpoch steps of a whole epoch
 */
public record RunPosition(int epoch, int epochs, int step, int stepsPerEpoch) {
    /** Steps done since the run's first epoch began. */
    public long stepInRun() {
        return (epoch - 1L) * stepsPerEpoch + step;
    }
}
