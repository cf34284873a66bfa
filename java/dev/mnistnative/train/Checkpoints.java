package dev.mnistnative.train;

import dev.mnistnative.net.ModelInfo;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Where and how often {@link Trainer#fit(dev.mnistnative.data.TrainingData, Checkpoints, TrainingListener...)} keeps
 * what it needs to go on with the same bits. One run at a time may use a store.
 *
 * <p>A checkpoint is written after every so many epochs, after the last one, if so asked within epochs, too, when early
 * stopping ends the run, and at the chunk's border where a run is cancelled or its thread interrupted. It is one
 * safetensors file, which appears whole or not at all: a process that is killed leaves the one before. A run that
 * diverges writes none. (The reference device computes in double precision and goes on from float32: there the bits may
 * differ.)
 *
 * @param store where they lie; empty: none are written
 * @param every epochs between two checkpoints, at least 1
 * @param everySteps steps between two checkpoints within an epoch, counted from its beginning; 0: none within an epoch
 * @param keep how many of the newest are kept, at least 1
 * @param resume whether to go on from the newest undamaged checkpoint, or to begin where there is none; else a store
 *     that holds checkpoints is refused
 * @param info what the numbers of the model that each holds mean, so that it can be used as one; changes nothing of the
 *     run
 */
public record Checkpoints(
        Optional<CheckpointStore> store, int every, int everySteps, int keep, boolean resume, ModelInfo info) {
    private static final int KEEP = 3;

    /** None are written. */
    public static final Checkpoints NONE = new Checkpoints(Optional.empty(), 1, 0, KEEP, false, ModelInfo.NONE);

    public Checkpoints {
        Objects.requireNonNull(store, "store");
        Require.atLeast("checkpoints: every", every, 1);
        Require.atLeast("checkpoints: everySteps", everySteps, 0);
        Require.atLeast("checkpoints: keep", keep, 1);
        Objects.requireNonNull(info, "info");
    }

    /**
     * In a folder, which is made if it is not there: after every epoch, the newest three kept, for a run that begins.
     */
    public static Checkpoints in(Path folder) {
        Objects.requireNonNull(folder, "folder");
        return in(CheckpointStore.inFolder(folder));
    }

    /** After every epoch, the newest three kept, for a run that begins. */
    public static Checkpoints in(CheckpointStore store) {
        Objects.requireNonNull(store, "store");
        return new Checkpoints(Optional.of(store), 1, 0, KEEP, false, ModelInfo.NONE);
    }

    /** The same after every so many epochs. */
    public Checkpoints every(int epochs) {
        return new Checkpoints(store, epochs, everySteps, keep, resume, info);
    }

    /** The same, within each epoch after every so many of its steps, too; 0: not. */
    public Checkpoints everySteps(int steps) {
        return new Checkpoints(store, every, steps, keep, resume, info);
    }

    /** The same, keeping so many of the newest. */
    public Checkpoints keeping(int newest) {
        return new Checkpoints(store, every, everySteps, newest, resume, info);
    }

    /** The same, going on from the newest undamaged checkpoint. */
    public Checkpoints resuming() {
        return new Checkpoints(store, every, everySteps, keep, true, info);
    }

    /** The same, storing with each checkpoint what is known of the model's samples and classes. */
    public Checkpoints describing(ModelInfo model) {
        return new Checkpoints(store, every, everySteps, keep, resume, model);
    }
}
