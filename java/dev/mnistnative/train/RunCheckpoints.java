package dev.mnistnative.train;

import dev.mnistnative.binding.NativeTrainer;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Parameters;
import java.nio.file.Path;
import java.util.Map;

/** What a run keeps and goes on from; of a run without checkpoints, nothing. */
final class RunCheckpoints implements AutoCloseable {
    private final NativeTrainer trainer;
    private final TrainingSettings settings;
    private final Checkpoints wanted;
    private final CheckpointFolder folder;
    private final Map<String, String> fingerprint;
    private Resumed resumed;

    /**
     * Takes the folder for this run.
     *
     * @param wanted null for none
     */
    RunCheckpoints(NativeTrainer trainer, TrainingSettings settings, Checkpoints wanted, TrainingData data) {
        this.trainer = trainer;
        this.settings = settings;
        this.wanted = wanted;
        if (wanted != null) {
            wanted.info().requireFit(settings.layers());
        }
        this.fingerprint = wanted == null ? Map.of() : Fingerprint.of(settings, data);
        this.folder = wanted == null ? null : new CheckpointFolder(wanted.folder(), wanted.keep());
    }

    /**
     * Brings the trainer to where an earlier run was left. Null where a run begins.
     *
     * @throws IllegalArgumentException if that was another run, or one is there and resuming was not asked for
     */
    RunState restore(BatchPlan plan) {
        if (wanted == null) {
            return null;
        }
        if (!wanted.resume()) {
            requireUnused();
            return null;
        }
        CheckpointFolder.Found found = folder.newest(settings);
        if (found == null) {
            return null;
        }
        RunState state = found.file().state();
        Fingerprint.requireSame(found.path().toString(), found.file().fingerprint(), fingerprint);
        requireReachable(found.path(), state, plan);
        requireFitting(found.path(), state);
        trainer.write(state.parameters().values());
        Moments.write(trainer, settings.optimizer(), state.moments());
        trainer.setStep(state.optimizerStep());
        resumed = new Resumed(found.path().toString(), state.epoch(), state.step());
        return state;
    }

    /** What {@link #restore} went on from, or null. */
    Resumed resumed() {
        return resumed;
    }

    private void requireUnused() {
        if (!folder.isEmpty()) {
            throw new IllegalArgumentException("the checkpoint folder " + wanted.folder()
                    + " holds those of an earlier run: resume it, or name another folder");
        }
    }

    private void requireReachable(Path path, RunState state, BatchPlan plan) {
        boolean started = state.step() > 0;
        if (state.epoch() + (started ? 1 : 0) > settings.epochs()) {
            throw new IllegalArgumentException("epochs is " + settings.epochs() + ", but the checkpoint " + path
                    + " has come to epoch " + (state.epoch() + (started ? 1 : 0)) + ": give at least as many");
        }
        if (state.epoch() < 0 || state.step() < 0 || state.step() > plan.steps()) {
            throw new IllegalArgumentException("the checkpoint " + path + " stands at step " + state.step()
                    + " of epoch " + state.epoch() + ", which this run does not have");
        }
    }

    private void requireFitting(Path path, RunState state) {
        boolean fits = state.parameters().net().equals(settings.layers())
                && state.moments()
                        .keySet()
                        .equals(Moments.of(settings.optimizer()).keySet())
                && state.moments().values().stream()
                        .allMatch(values -> values.length == settings.layers().parameterCount());
        if (!fits) {
            throw new IllegalArgumentException("the checkpoint " + path
                    + " does not hold the tensors that its settings say: begin in another folder");
        }
    }

    /** Whether a checkpoint is to be written after so many epochs. */
    boolean isDue(int epochs) {
        return wanted != null && (epochs % wanted.every() == 0 || epochs == settings.epochs());
    }

    /** Writes a checkpoint; null if none are wanted. */
    CheckpointWritten save(int epoch, int step, EpochTotals totals, EarlyStopping stopping) {
        if (wanted == null) {
            return null;
        }
        RunState state = new RunState(
                epoch,
                step,
                totals,
                stopping,
                trainer.step(),
                Parameters.of(settings.layers(), trainer.read()),
                Moments.read(trainer, settings.optimizer()));
        Path file = folder.save(new CheckpointFile(state, fingerprint, wanted.info()));
        return new CheckpointWritten(file.toString(), epoch, step);
    }

    /** Leaves the folder to others. */
    @Override
    public void close() {
        if (folder != null) {
            folder.close();
        }
    }
}
