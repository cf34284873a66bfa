package dev.mnistnative.train;

/**
 * Trainers that learn together, each on its own samples: local SGD.
 * {@link Trainer#fit(dev.mnistnative.data.TrainingData, Checkpoints, Replicas, TrainingListener...)} runs as ever
 * (orders, learning rates, the guard against divergence, listeners, checkpoints, early stopping) but cuts its chunks so
 * that {@link #average} is called after every so many steps of an epoch and after its last step: each evaluation, and
 * each checkpoint after an epoch, is of the average.
 *
 * <p>For equal bits on all replicas give them the same settings, as many steps per epoch and the same evaluation set:
 * they then stop early together. A replica that ends otherwise (diverged, cancelled, failed) calls no more: it is this
 * object's matter to notice, and to throw where the others wait.
 */
public interface Replicas {
    /** A trainer on its own. */
    Replicas NONE = new Replicas() {
        @Override
        public int everySteps() {
            return Integer.MAX_VALUE;
        }

        @Override
        public void average(ReplicaState state) {
            // nobody to average with
        }
    };

    /** Steps between two averages within an epoch, at least 1; asked once, before the first step. */
    int everySteps();

    /**
     * Brings the state, which is this trainer's, to what all replicas go on with. Called by the thread that called
     * {@code fit}, between two chunks of steps and before the chunk's {@link TrainingListener#onSteps}; the time it
     * takes is training time. An exception ends the run and comes out of {@code fit}: the trainer keeps its own state
     * of before, and stays usable.
     *
     * @param state to be changed in place; valid until this returns
     */
    void average(ReplicaState state);
}
