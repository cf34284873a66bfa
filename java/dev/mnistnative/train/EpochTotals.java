package dev.mnistnative.train;

/** Adds up one epoch's steps. */
final class EpochTotals {
    private double lossSum;
    private int losses;
    private long correct;
    private long counted;
    private int lastCorrect;
    private int lastCounted;
    private double seconds;

    /** One step: its loss, its right predictions and its samples whose label is not ignored. */
    void step(double loss, int stepCorrect, int stepCounted) {
        if (!Double.isNaN(loss)) { // all labels ignored: PyTorch's mean is NaN, its gradient zero
            lossSum += loss;
            losses++;
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

    double meanLoss() {
        return lossSum / losses;
    }

    double lastBatchAccuracy() {
        return (double) lastCorrect / lastCounted;
    }

    double accuracy() {
        return (double) correct / counted;
    }
}
