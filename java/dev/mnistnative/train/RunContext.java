package dev.mnistnative.train;

import dev.mnistnative.binding.NativeTrainer;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What the parts of a run share.
 *
 * @param trainer the net in training
 * @param start what the run begins with
 * @param plan how an epoch is cut into batches
 * @param listeners told in this order
 * @param checkpoints what is kept of the run
 * @param cancelled whether the caller has had enough
 */
record RunContext(
        NativeTrainer trainer,
        TrainingStart start,
        BatchPlan plan,
        List<TrainingListener> listeners,
        RunCheckpoints checkpoints,
        BooleanSupplier cancelled) {
    TrainingSettings settings() {
        return start.settings();
    }

    /** Whether to end at the next border of chunks, epochs or evaluation blocks. */
    boolean shouldStop() {
        return cancelled.getAsBoolean() || Thread.currentThread().isInterrupted();
    }

    void publish(Consumer<TrainingListener> event) {
        listeners.forEach(event);
    }

    /** @param epoch from 0 */
    RunPosition position(int epoch, int steps) {
        return new RunPosition(epoch + 1, settings().epochs(), steps, plan.steps());
    }

    /** Writes a checkpoint, if any are wanted, and tells of it. */
    void keep(int epoch, int step, EpochTotals totals, EvaluationHistory evaluations) {
        checkpoints
                .save(epoch, step, totals, evaluations)
                .ifPresent(event -> publish(listener -> listener.onCheckpoint(event)));
    }
}
