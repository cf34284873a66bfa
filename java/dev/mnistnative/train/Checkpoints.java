package dev.mnistnative.train;

import dev.mnistnative.net.ModelInfo;
import java.nio.file.Path;

/**
 * Where and how often {@link Trainer#fit(dev.mnistnative.data.Dataset, dev.mnistnative.data.Dataset, Checkpoints,
 * TrainingListener...)} keeps what it needs to go on with the same bits. One run at a time may use a folder.
 *
 * <p>A checkpoint is written after every so many epochs, after the last one, when early stopping ends the run, and at
 * the chunk's border where a run is cancelled or its thread interrupted. It is one safetensors file, written beside its
 * name, synced and renamed: a process that is killed leaves the one before. A run that diverges writes none.
 * (The reference device computes in double precision and goes on from float32: there the bits may differ.)
 *
 * @param folder made if it is not there
 * @param every epochs between two checkpoints, at least 1
 * @param keep how many of the newest are kept, at least 1
 * @param resume whether to go on from the newest undamaged checkpoint, or to begin where there is none; else a folder
 *     that holds checkpoints is refused
 * @param info what the numbers of the model that each holds mean, so that it can be used as one; changes nothing of the run
 */
public record Checkpoints(Path folder, int every, int keep, boolean resume, ModelInfo info) {
    private static final int KEEP = 3;

    public Checkpoints {
        Require.present("checkpoints: folder", folder);
        Require.atLeast("checkpoints: every", every, 1);
        Require.atLeast("checkpoints: keep", keep, 1);
        Require.present("checkpoints: info", info);
    }

    /** After every epoch, the newest three kept, for a run that begins. */
    public static Checkpoints in(Path folder) {
        return new Checkpoints(folder, 1, KEEP, false, ModelInfo.NONE);
    }

    /** The same after every so many epochs. */
    public Checkpoints every(int epochs) {
        return new Checkpoints(folder, epochs, keep, resume, info);
    }

    /** The same, going on from the newest undamaged checkpoint. */
    public Checkpoints resuming() {
        return new Checkpoints(folder, every, keep, true, info);
    }

    /** The same, storing with each checkpoint what the model's numbers mean. */
    public Checkpoints describing(ModelInfo model) {
        return new Checkpoints(folder, every, keep, resume, model);
    }
}
