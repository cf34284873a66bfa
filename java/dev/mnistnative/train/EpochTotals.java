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

    /** The totals that {@link #text} wrote. */
    static EpochTotals of(String text) {
        String[] fields = text.split(" ");
        if (fields.length != 7) {
            throw new IllegalArgumentException("epoch totals need 7 numbers, not \"" + text + "\"");
        }
        EpochTotals totals = new EpochTotals();
        totals.lossSum = Double.parseDouble(fields[0]);
        totals.losses = Integer.parseInt(fields[1]);
        totals.correct = Long.parseLong(fields[2]);
        totals.counted = Long.parseLong(fields[3]);
        totals.lastCorrect = Integer.parseInt(fields[4]);
        totals.lastCounted = Integer.parseInt(fields[5]);
        totals.seconds = Double.parseDouble(fields[6]);
        return totals;
    }

    /** Every bit of the totals, for a checkpoint. */
    String text() {
        return lossSum + " " + losses + " " + correct + " " + counted + " " + lastCorrect + " " + lastCounted + " "
                + seconds;
    }

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
