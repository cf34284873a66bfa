package dev.mnistnative.train;

import dev.mnistnative.binding.NativeTrainer;
import dev.mnistnative.data.TrainingData;
import java.util.Map;
import java.util.Optional;

/** What a run keeps and goes on from; of a run without checkpoints, nothing. */
final class RunCheckpoints implements AutoCloseable {
    private final NativeTrainer trainer;
    private final TrainingSettings settings;
    private final Checkpoints wanted;
    private final Optional<CheckpointHistory> history;
    private final Map<String, String> fingerprint;
    private Resumed resumed;
    private RunPlace place;

    /** Takes the store, if there is one, for this run. */
    RunCheckpoints(NativeTrainer trainer, TrainingSettings settings, Checkpoints wanted, TrainingData data) {
        this.trainer = trainer;
        this.settings = settings;
        this.wanted = wanted;
        wanted.info().requireFit(settings.layers());
        this.fingerprint = wanted.store().isEmpty() ? Map.of() : Fingerprint.of(settings, data);
        this.history = wanted.store().map(store -> new CheckpointHistory(store, wanted.keep()));
    }

    /**
     * Brings the trainer to where an earlier run was left. Empty where a run begins.
     *
     * @throws IllegalArgumentException if that was another run, or one is there and resuming was not asked for
     */
    Optional<RunState> restore(BatchPlan plan) {
        if (history.isPresent() && !wanted.resume()) {
            requireUnused(history.get());
            return Optional.empty();
        }
        return history.flatMap(kept -> kept.newest(settings)).map(found -> restore(found, plan));
    }

    private RunState restore(CheckpointHistory.Found found, BatchPlan plan) {
        RunState state = found.file().state();
        Fingerprint.requireSame(found.location(), found.file().fingerprint(), fingerprint);
        requireReachable(found.location(), state, plan);
        requireFitting(found.location(), state.trainer());
        TrainerStates.write(trainer, state.trainer(), settings);
        resumed = new Resumed(found.location(), state.epoch(), state.step());
        return state;
    }

    /** What {@link #restore} went on from, if there was anything. */
    Optional<Resumed> resumed() {
        return Optional.ofNullable(resumed);
    }

    private void requireUnused(CheckpointHistory kept) {
        if (!kept.isEmpty()) {
            throw new IllegalArgumentException("the checkpoint folder "
                    + wanted.store().get() + " holds those of an earlier run: resume it, or name another folder");
        }
    }

    private void requireReachable(String location, RunState state, BatchPlan plan) {
        boolean started = state.step() > 0;
        if (state.epoch() + (started ? 1 : 0) > settings.epochs()) {
            throw new IllegalArgumentException("epochs is " + settings.epochs() + ", but the checkpoint " + location
                    + " has come to epoch " + (state.epoch() + (started ? 1 : 0)) + ": give at least as many");
        }
        if (state.epoch() < 0 || state.step() < 0 || state.step() > plan.steps()) {
            throw new IllegalArgumentException("the checkpoint " + location + " stands at step " + state.step()
                    + " of epoch " + state.epoch() + ", which this run does not have");
        }
    }

    private void requireFitting(String location, TrainerState state) {
        try {
            state.requireFit(settings);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the checkpoint " + location
                            + " does not hold the tensors that its settings say: begin in another folder",
                    e);
        }
    }

    /** Whether a checkpoint is to be written after so many epochs. */
    boolean isDue(int epochs) {
        return history.isPresent() && (epochs % wanted.every() == 0 || epochs == settings.epochs());
    }

    /** Steps that may be done from a step of the epoch on without a checkpoint between them. */
    int stepsFrom(int step) {
        return history.isEmpty() || wanted.everySteps() == 0
                ? Integer.MAX_VALUE
                : wanted.everySteps() - step % wanted.everySteps();
    }

    /** Whether a checkpoint is to be written where so many steps of an epoch are done. */
    boolean isDueWithin(int steps) {
        return stepsFrom(steps) == wanted.everySteps();
    }

    /** Writes a checkpoint; empty if none are wanted. */
    Optional<CheckpointWritten> save(int epoch, int step, EpochTotals totals, EvaluationHistory evaluations) {
        place = new RunPlace(epoch, step, totals, evaluations);
        return history.map(kept -> {
            RunState state = new RunState(place, TrainerStates.read(trainer, settings));
            String location = kept.save(new CheckpointFile(state, fingerprint, wanted.info()));
            return new CheckpointWritten(location, epoch, step);
        });
    }

    /** Where the run stood when it was last to be saved, whether checkpoints are wanted or not. */
    Optional<RunPlace> place() {
        return Optional.ofNullable(place);
    }

    /** Leaves the store to others. */
    @Override
    public void close() {
        history.ifPresent(CheckpointHistory::close);
    }
}
