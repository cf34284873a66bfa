package dev.mnistnative.train;

import java.util.Optional;

/**
 * A run of a {@link Sweep}: what came of it, or what went wrong; neither where the sweep was cancelled before it.
 *
 * @param settings as it was run, with its share of the threads
 * @param result what its work returned
 * @param failure what its work, or the making of its trainer, threw
 */
public record SweepRun<T>(TrainingSettings settings, Optional<T> result, Optional<Exception> failure) {
    static <T> SweepRun<T> notBegun(TrainingSettings settings) {
        return new SweepRun<>(settings, Optional.empty(), Optional.empty());
    }
}
