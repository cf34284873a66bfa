package dev.mnistnative.train;

import java.util.List;
import java.util.Optional;

/**
 * How a run ended.
 *
 * @param reason why it ended
 * @param epochs the epochs that were finished
 * @param message one sentence on what happened, for {@code DIVERGED} with the epoch, the step and what to do
 * @param seconds training alone, the unfinished epoch's included
 * @param best the epoch whose weights the trainer has now, where the settings keep the best; empty where they keep the
 *     last, or where no epoch was evaluated
 */
public record TrainingResult(
        StopReason reason, List<EpochEnded> epochs, String message, double seconds, Optional<BestEpoch> best) {
    public TrainingResult {
        epochs = List.copyOf(epochs);
    }

    /** The last epoch that was finished. */
    public EpochEnded lastEpoch() {
        if (epochs.isEmpty()) {
            throw new IllegalStateException("no epoch was finished: " + message);
        }
        return epochs.get(epochs.size() - 1);
    }
}
