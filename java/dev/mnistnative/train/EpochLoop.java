package dev.mnistnative.train;

import dev.mnistnative.binding.NativeTrainer;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.internal.Seconds;
import java.util.Optional;

/** The steps of an epoch, chunk by chunk: order, learning rates, sums. */
final class EpochLoop implements AutoCloseable {
    private final RunContext run;
    private final TrainingSettings settings;
    private final BatchPlan plan;
    private final EpochOrder order;
    private final EpochSamples samples;
    private final ReplicaExchange replicas;
    private final LearningRates learningRates;
    private final ChunkLength chunkLength;
    private int next;
    private long allowed = Long.MAX_VALUE;

    EpochLoop(RunContext run, Dataset training, ReplicaExchange replicas) {
        this.run = run;
        this.settings = run.settings();
        this.plan = run.plan();
        this.order = new EpochOrder(plan, settings, training);
        this.replicas = replicas;
        this.learningRates = new LearningRates(settings);
        this.chunkLength = new ChunkLength(
                settings.layers(),
                settings.batchSize(),
                run.start().machine().device().kind());
        this.samples = settings.deformation().isNone()
                ? EpochSamples.of(training, run.trainer(), plan, order)
                : new DeformedSamples(run, training, order);
    }

    /**
     * Runs an epoch from a step on to its end; empty if it came there.
     *
     * @param totals those of the steps before, to which these are added
     * @param evaluations of the epochs before, for the checkpoints within this one
     */
    Optional<Ending> runSteps(int epoch, int firstStep, EpochTotals totals, EvaluationHistory evaluations) {
        next = firstStep;
        if (allowed == 0) {
            return Optional.of(Ending.pausedBefore(run.position(epoch, next)));
        }
        long began = System.nanoTime();
        order.begin(epoch);
        totals.spent(Seconds.since(began));
        while (next < plan.steps()) {
            if (allowed == 0) {
                return Optional.of(Ending.pausedBefore(run.position(epoch, next)));
            }
            began = System.nanoTime();
            if (run.shouldStop() || !samples.lend(epoch, next)) {
                return Optional.of(Ending.interruptedBefore(run.position(epoch, next)));
            }
            totals.spent(Seconds.since(began));
            Optional<Ending> ending = chunk(epoch, totals);
            if (ending.isPresent()) {
                return ending;
            }
            if (next < plan.steps() && run.checkpoints().isDueWithin(next)) {
                run.keep(epoch, next, totals, evaluations);
            }
        }
        return Optional.empty();
    }

    /** Does no more steps than these from now on. */
    void allow(long steps) {
        allowed = steps;
    }

    /** The step of the epoch that was not done yet, from 0. */
    int nextStep() {
        return next;
    }

    private Optional<Ending> chunk(int epoch, EpochTotals totals) {
        int most = Math.min(Math.min(chunkLength.steps(), samples.stepsFrom(next)), replicas.stepsFrom(next));
        int steps = (int) Math.min(Math.min(most, run.checkpoints().stepsFrom(next)), allowed);
        double[] rates = learningRates.of(epoch, (long) epoch * plan.steps() + next, steps);
        NativeTrainer.StepResults results = NativeTrainer.StepResults.of(steps);
        long began = System.nanoTime();
        NativeTrainer.Chunk done = train(rates, results);
        if (done.diverged()) {
            totals.spent(Seconds.since(began));
            boolean learnt = run.trainer().step() + done.steps() > 0;
            return Optional.of(Ending.diverged(run.position(epoch, next + done.steps()), learnt));
        }
        chunkLength.took(steps, Seconds.since(began));
        replicas.afterSteps(next + steps, plan.steps());
        double seconds = Seconds.since(began);
        totals.spent(seconds);
        for (int i = 0; i < steps; i++) {
            totals.step(results, i, order.counted(next + i));
        }
        next += steps;
        allowed -= steps;
        RunPosition position = run.position(epoch, next);
        run.publish(listener -> listener.onSteps(new StepsDone(
                position,
                results.losses().clone(),
                results.objectives().clone(),
                results.absoluteErrors().clone(),
                results.correct().clone(),
                rates.clone(),
                seconds)));
        return Optional.empty();
    }

    private NativeTrainer.Chunk train(double[] rates, NativeTrainer.StepResults results) {
        int lastStep = next + rates.length - 1;
        int first = plan.first(next);
        int count = plan.first(lastStep) + plan.rows(lastStep) - first;
        return run.trainer()
                .train(
                        samples.order(first, count),
                        samples.first(first),
                        count,
                        settings.batchSize(),
                        settings.seed(),
                        rates,
                        results);
    }

    /** Ends what makes the samples of later steps. */
    @Override
    public void close() {
        samples.close();
    }
}
