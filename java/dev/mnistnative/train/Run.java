package dev.mnistnative.train;

import dev.mnistnative.binding.NativeData;
import dev.mnistnative.binding.NativeEvaluation;
import dev.mnistnative.binding.NativeTrainer;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Evaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One call of {@link Trainer#fit}: epochs of chunks of steps, evaluation, reports. */
final class Run {
    /** Samples an evaluation call takes, so that cancelling stays live. */
    private static final int EVALUATION_BLOCK = 8192;

    private static final double NANOS = 1e9;

    private final NativeTrainer trainer;
    private final TrainingSettings settings;
    private final TrainingStart start;
    private final BatchPlan plan;
    private final NativeData evaluation;
    private final List<TrainingListener> listeners;
    private final BooleanSupplier cancelled;
    private final EpochOrder order;
    private final int chunkSteps;
    private final RunCheckpoints checkpoints;
    private EarlyStopping stopping;
    private final List<EpochEnded> reports = new ArrayList<>();
    private double seconds;
    private String message = "";

    Run(
            NativeTrainer trainer,
            TrainingStart start,
            BatchPlan plan,
            TrainingData data,
            List<TrainingListener> listeners,
            RunCheckpoints checkpoints,
            BooleanSupplier cancelled) {
        this.trainer = trainer;
        this.settings = start.settings();
        this.start = start;
        this.plan = plan;
        this.evaluation = data.evaluation().map(Run::nativeData).orElse(null);
        this.listeners = listeners;
        this.checkpoints = checkpoints;
        this.cancelled = cancelled;
        this.order = new EpochOrder(plan, settings, data.training().labels());
        this.stopping = new EarlyStopping(settings.earlyStopping());
        this.chunkSteps = ChunkLength.steps(
                settings.layers(),
                settings.batchSize(),
                start.machine().device().kind());
        trainer.setData(nativeData(data.training()));
        if (evaluation != null) {
            trainer.evaluate(evaluation, 0, 0); // of no sample, but it is checked now and not after an epoch
        }
    }

    private static NativeData nativeData(Dataset data) {
        return NativeData.of(
                data.pixels(), data.pixelType() == PixelType.UINT8, data.scale(), data.labels(), data.features());
    }

    TrainingResult go() {
        RunState state = checkpoints.restore(plan);
        tell(listener -> listener.onStart(start));
        StopReason reason = state == null ? epochs(0, 0, new EpochTotals()) : goOn(state);
        TrainingResult result = new TrainingResult(reason, reports, message, seconds);
        tell(listener -> listener.onEnd(result));
        return result;
    }

    private StopReason goOn(RunState state) {
        tell(listener -> listener.onResume(checkpoints.resumed()));
        stopping = state.stopping();
        return stopping.isSpent() ? stopEarly() : epochs(state.epoch(), state.step(), state.totals());
    }

    /** Runs the epochs from one on, that from a step on whose predecessors have these totals. */
    private StopReason epochs(int firstEpoch, int firstStep, EpochTotals firstTotals) {
        StopReason reason = StopReason.COMPLETED;
        for (int epoch = firstEpoch; epoch < settings.epochs() && reason == StopReason.COMPLETED; epoch++) {
            boolean first = epoch == firstEpoch;
            reason = epoch(epoch, first ? firstStep : 0, first ? firstTotals : new EpochTotals());
        }
        return reason;
    }

    /** Runs an epoch from a step on; COMPLETED means: go on. */
    private StopReason epoch(int epoch, int firstStep, EpochTotals totals) {
        double before = totals.seconds();
        long began = System.nanoTime();
        order.begin(epoch);
        totals.spent((System.nanoTime() - began) / NANOS);
        StopReason reason = StopReason.COMPLETED;
        for (int step = firstStep; step < plan.steps() && reason == StopReason.COMPLETED; ) {
            int steps = Math.min(chunkSteps, plan.steps() - step);
            reason = shouldStop() ? interrupted(epoch, step, totals) : chunk(epoch, step, steps, totals);
            step += steps;
        }
        seconds += totals.seconds() - before;
        return reason == StopReason.COMPLETED ? finish(epoch, totals) : reason;
    }

    private StopReason chunk(int epoch, int step, int steps, EpochTotals totals) {
        double[] rates = rates(epoch, step, steps);
        double[] losses = new double[steps];
        int[] correct = new int[steps];
        long began = System.nanoTime();
        NativeTrainer.Chunk done = train(step, rates, losses, correct);
        double spent = (System.nanoTime() - began) / NANOS;
        totals.spent(spent);
        if (done.divergence() != null) {
            return diverged(epoch, step + done.steps(), done.divergence());
        }
        for (int i = 0; i < steps; i++) {
            totals.step(perSample(losses[i], step + i), losses[i], correct[i], order.counted(step + i));
        }
        report(epoch, step, losses, correct, rates, spent);
        return StopReason.COMPLETED;
    }

    private NativeTrainer.Chunk train(int step, double[] rates, double[] losses, int[] correct) {
        int lastStep = step + rates.length - 1;
        int first = plan.first(step);
        int samples = plan.first(lastStep) + plan.rows(lastStep) - first;
        return trainer.train(order.slice(first, samples), first, samples, settings.batchSize(), rates, losses, correct);
    }

    private double[] rates(int epoch, int step, int steps) {
        double[] rates = new double[steps];
        for (int i = 0; i < steps; i++) {
            rates[i] = settings.learningRate(epoch, (long) epoch * plan.steps() + step + i);
        }
        return rates;
    }

    private StopReason diverged(int epoch, int step, String divergence) {
        message = place(epoch, step) + divergence;
        return StopReason.DIVERGED;
    }

    private StopReason interrupted(int epoch, int step, EpochTotals totals) {
        save(epoch, step, totals);
        message = place(epoch, step) + "training was interrupted";
        return StopReason.INTERRUPTED;
    }

    private String place(int epoch, int step) {
        return "epoch " + (epoch + 1) + ", step " + (step + 1) + ": ";
    }

    private boolean shouldStop() {
        return cancelled.getAsBoolean() || Thread.currentThread().isInterrupted();
    }

    /** What a step minimised as a mean per sample. */
    private double perSample(double objective, int step) {
        return settings.loss().reduction() == Reduction.SUM ? objective / order.weight(step) : objective;
    }

    private void report(int epoch, int step, double[] objectives, int[] correct, double[] rates, double spent) {
        double[] losses = objectives.clone();
        for (int i = 0; i < losses.length; i++) {
            losses[i] = perSample(losses[i], step + i);
        }
        RunPosition position = position(epoch, step + losses.length);
        tell(listener -> listener.onSteps(
                new StepsDone(position, losses.clone(), objectives.clone(), correct.clone(), rates.clone(), spent)));
    }

    private RunPosition position(int epoch, int step) {
        return new RunPosition(epoch + 1, settings.epochs(), step, plan.steps());
    }

    /** Evaluates and reports a whole epoch. */
    private StopReason finish(int epoch, EpochTotals totals) {
        long began = System.nanoTime();
        Optional<Evaluation> evaluated = Optional.ofNullable(evaluation == null ? null : evaluate());
        double evaluationSeconds = (System.nanoTime() - began) / NANOS;
        EpochEnded event = new EpochEnded(
                position(epoch, plan.steps()),
                totals.training(),
                evaluated,
                new EpochEnded.Timing(totals.seconds(), evaluationSeconds, plan.samplesUsed() / totals.seconds()));
        reports.add(event);
        tell(listener -> listener.onEpoch(event));
        boolean cut = evaluation != null && evaluated.isEmpty();
        StopReason reason = afterReport(epoch, evaluated, cut);
        if (cut) {
            save(epoch, plan.steps(), totals); // the evaluation is still to be done
        } else if (reason != StopReason.COMPLETED || checkpoints.isDue(epoch + 1)) {
            save(epoch + 1, 0, new EpochTotals());
        }
        return reason;
    }

    private void save(int epoch, int step, EpochTotals totals) {
        CheckpointWritten event = checkpoints.save(epoch, step, totals, stopping);
        if (event != null) {
            tell(listener -> listener.onCheckpoint(event));
        }
    }

    private StopReason stopEarly() {
        int patience = settings.earlyStopping();
        message =
                "the evaluation's loss has not become better for " + patience + (patience == 1 ? " epoch" : " epochs");
        return StopReason.EARLY_STOPPING;
    }

    private StopReason afterReport(int epoch, Optional<Evaluation> evaluated, boolean evaluationCut) {
        if (evaluated.isPresent() && stopping.after(evaluated.get().objective())) {
            return stopEarly();
        }
        boolean last = epoch + 1 == settings.epochs();
        if (evaluationCut || (shouldStop() && !last)) {
            message = "after epoch " + (epoch + 1) + (evaluationCut ? ": its evaluation" : ": training")
                    + " was interrupted";
            return StopReason.INTERRUPTED;
        }
        return StopReason.COMPLETED;
    }

    /** Null if it was cancelled. */
    private Evaluation evaluate() {
        NativeEvaluation sums = NativeEvaluation.NONE;
        for (long first = 0; first < evaluation.count(); first += EVALUATION_BLOCK) {
            if (shouldStop()) {
                return null;
            }
            sums = sums.plus(
                    trainer.evaluate(evaluation, first, Math.min(EVALUATION_BLOCK, evaluation.count() - first)));
        }
        double mean = sums.lossSum() / sums.weightSum();
        double objective = settings.loss().reduction() == Reduction.SUM ? sums.lossSum() : mean;
        double accuracy = (double) sums.correct() / sums.counted();
        return new Evaluation(mean, objective, accuracy, sums.counted(), Optional.empty());
    }

    private void tell(Consumer<TrainingListener> event) {
        listeners.forEach(event);
    }
}
