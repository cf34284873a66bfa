package dev.mnistnative.train;

import dev.mnistnative.binding.NativeTrainer;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.internal.NativeSamples;
import java.nio.IntBuffer;

/** What the steps of a run read: the samples of the training set, or others made of them for each epoch. */
interface EpochSamples extends AutoCloseable {
    /**
     * Lends the trainer what a step reads, and what some that follow it read.
     *
     * @param epoch from 0; its order is drawn
     * @return false if the run was told to stop before they were there
     */
    boolean lend(int epoch, int step);

    /** How many steps from one on read what is lent. */
    int stepsFrom(int step);

    /**
     * Indices into what is lent of the samples from one place of the epoch's order on; null: they lie in this order.
     */
    IntBuffer order(int first, int samples);

    /** Where the sample at a place of the epoch's order lies in what is lent, if it lies in this order. */
    int first(int first);

    @Override
    void close();

    /** The samples of the training set. */
    static EpochSamples of(Dataset training, NativeTrainer trainer, BatchPlan plan, EpochOrder order) {
        trainer.setData(NativeSamples.of(training));
        return new EpochSamples() {
            @Override
            public boolean lend(int epoch, int step) {
                return true;
            }

            @Override
            public int stepsFrom(int step) {
                return plan.steps() - step;
            }

            @Override
            public IntBuffer order(int first, int samples) {
                return order.slice(first, samples);
            }

            @Override
            public int first(int first) {
                return first;
            }

            @Override
            public void close() {
                // the trainer keeps what is lent
            }
        };
    }
}
