package dev.mnistnative.train;

import dev.mnistnative.batch.BatchPlan;
import dev.mnistnative.binding.NativeData;
import dev.mnistnative.binding.NativeEvaluation;
import dev.mnistnative.binding.NativeTrainer;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.PixelType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
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
    private final NativeData test;
    private final List<TrainingListener> listeners;
    private final BooleanSupplier cancelled;
    private final EpochOrder order;
    private final int chunkSteps;
    private final EarlyStopping stopping;
    private final List<EpochReport> reports = new ArrayList<>();
    private double seconds;
    private String message = "";

    Run(
            NativeTrainer trainer,
            TrainingStart start,
            BatchPlan plan,
            Dataset train,
            Dataset test,
            List<TrainingListener> listeners,
            BooleanSupplier cancelled) {
        this.trainer = trainer;
        this.settings = start.settings();
        this.start = start;
        this.plan = plan;
        this.test = test == null ? null : nativeData(test);
        this.listeners = listeners;
        this.cancelled = cancelled;
        this.order = new EpochOrder(plan, settings, train.labels());
        this.stopping = new EarlyStopping(settings.earlyStopping());
        this.chunkSteps = ChunkLength.steps(
                settings.layers(), settings.batchSize(), start.device().kind());
        trainer.setData(nativeData(train));
        if (this.test != null) {
            trainer.evaluate(this.test, 0, 0); // of no sample, but it is checked now and not after an epoch
        }
    }

    private static NativeData nativeData(Dataset data) {
        return NativeData.of(
                data.pixels(), data.pixelType() == PixelType.UINT8, data.scale(), data.labels(), data.features());
    }

    TrainingResult go() {
        tell(listener -> listener.onStart(start));
        StopReason reason = StopReason.COMPLETED;
        for (int epoch = 0; epoch < settings.epochs() && reason == StopReason.COMPLETED; epoch++) {
            reason = epoch(epoch);
        }
        TrainingResult result = new TrainingResult(reason, reports, message, seconds);
        tell(listener -> listener.onEnd(result));
        return result;
    }

    /** Runs an epoch; COMPLETED means: go on. */
    private StopReason epoch(int epoch) {
        EpochTotals totals = new EpochTotals();
        long began = System.nanoTime();
        order.begin(epoch);
        totals.spent((System.nanoTime() - began) / NANOS);
        StopReason reason = StopReason.COMPLETED;
        for (int step = 0; step < plan.steps() && reason == StopReason.COMPLETED; ) {
            int steps = Math.min(chunkSteps, plan.steps() - step);
            reason = shouldStop() ? interrupted(epoch, step) : chunk(epoch, step, steps, totals);
            step += steps;
        }
        seconds += totals.seconds();
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
            totals.step(losses[i], correct[i], order.counted(step + i));
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

    private StopReason interrupted(int epoch, int step) {
        message = place(epoch, step) + "training was interrupted";
        return StopReason.INTERRUPTED;
    }

    private String place(int epoch, int step) {
        return "epoch " + (epoch + 1) + ", step " + (step + 1) + ": ";
    }

    private boolean shouldStop() {
        return cancelled.getAsBoolean() || Thread.currentThread().isInterrupted();
    }

    private void report(int epoch, int step, double[] losses, int[] correct, double[] rates, double spent) {
        tell(listener -> listener.onSteps(new StepsReport(
                epoch + 1,
                settings.epochs(),
                step + 1,
                plan.steps(),
                losses.clone(),
                correct.clone(),
                rates.clone(),
                spent)));
    }

    /** Evaluates and reports a whole epoch. */
    private StopReason finish(int epoch, EpochTotals totals) {
        long began = System.nanoTime();
        NativeEvaluation evaluation = test == null ? null : evaluate();
        double evaluationSeconds = (System.nanoTime() - began) / NANOS;
        OptionalDouble testLoss = OptionalDouble.empty();
        OptionalDouble testAccuracy = OptionalDouble.empty();
        if (evaluation != null) {
            testLoss = OptionalDouble.of(evaluation.lossSum() / evaluation.weightSum());
            testAccuracy = OptionalDouble.of((double) evaluation.correct() / evaluation.counted());
        }
        EpochReport report = new EpochReport(
                epoch + 1,
                settings.epochs(),
                totals.meanLoss(),
                totals.lastBatchAccuracy(),
                totals.accuracy(),
                testLoss,
                testAccuracy,
                totals.seconds(),
                evaluationSeconds,
                plan.steps(),
                plan.samplesUsed() / totals.seconds());
        reports.add(report);
        tell(listener -> listener.onEpoch(report));
        return afterReport(epoch, testLoss, test != null && evaluation == null);
    }

    private StopReason afterReport(int epoch, OptionalDouble testLoss, boolean evaluationCut) {
        if (testLoss.isPresent() && stopping.after(testLoss.getAsDouble())) {
            message = "the test loss has not become better for " + settings.earlyStopping() + " epochs";
            return StopReason.EARLY_STOPPING;
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
    private NativeEvaluation evaluate() {
        NativeEvaluation sums = NativeEvaluation.NONE;
        for (long first = 0; first < test.count(); first += EVALUATION_BLOCK) {
            if (shouldStop()) {
                return null;
            }
            sums = sums.plus(trainer.evaluate(test, first, Math.min(EVALUATION_BLOCK, test.count() - first)));
        }
        return sums;
    }

    private void tell(Consumer<TrainingListener> event) {
        listeners.forEach(event);
    }
}
