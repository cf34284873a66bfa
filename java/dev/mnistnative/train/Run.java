package dev.mnistnative.train;

import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.internal.NativeSamples;
import java.util.Optional;

/** One call of {@link Trainer#fit}: epochs, each with its steps and its end. */
final class Run implements AutoCloseable {
    private final RunContext context;
    private final EpochLoop loop;
    private final EpochEnd end;
    private double seconds;

    Run(RunContext context, TrainingData data, Replicas replicas) {
        this.context = context;
        this.loop = new EpochLoop(
                context, data.training(), new ReplicaExchange(context.trainer(), context.settings(), replicas));
        this.end = new EpochEnd(context, data.evaluation().map(NativeSamples::of));
    }

    /**
     * Runs to the end, or as far as the portion goes.
     *
     * @param from where an earlier run was left, whose parameters the trainer has already; empty: the run begins
     */
    TrainingResult run(Optional<RunPlace> from, Optional<Portion> portion) {
        context.publish(listener -> listener.onStart(context.start()));
        portion.ifPresent(
                part -> loop.allow(part.stepsFrom(from.map(RunPlace::step).orElse(0), context.plan())));
        Optional<Ending> ending = from.isPresent() ? resume(from.get()) : runEpochs(0, 0, new EpochTotals());
        if (portion.isEmpty()
                || !ending.map(Ending::reason).filter(StopReason::leavesMore).isPresent()) {
            end.evaluations()
                    .bestParameters()
                    .ifPresent(best -> context.trainer().write(best.values()));
        }
        TrainingResult result = new TrainingResult(
                ending.map(Ending::reason).orElse(StopReason.COMPLETED),
                end.events(),
                ending.map(Ending::message).orElse(""),
                seconds,
                end.evaluations().bestEpoch());
        context.publish(listener -> listener.onEnd(result));
        return result;
    }

    private Optional<Ending> resume(RunPlace state) {
        Optional<Ending> ending = end.resume(state.evaluations());
        return ending.isPresent() ? ending : runEpochs(state.epoch(), state.step(), state.totals());
    }

    /** Runs the epochs from one on, that from a step on whose predecessors have these totals; empty: all are done. */
    private Optional<Ending> runEpochs(int firstEpoch, int firstStep, EpochTotals firstTotals) {
        Optional<Ending> ending = Optional.empty();
        for (int epoch = firstEpoch; epoch < context.settings().epochs() && ending.isEmpty(); epoch++) {
            boolean first = epoch == firstEpoch;
            ending = runEpoch(epoch, first ? firstStep : 0, first ? firstTotals : new EpochTotals());
        }
        return ending;
    }

    private Optional<Ending> runEpoch(int epoch, int firstStep, EpochTotals totals) {
        double before = totals.seconds();
        Optional<Ending> ending = loop.runSteps(epoch, firstStep, totals, end.evaluations());
        seconds += totals.seconds() - before;
        if (ending.isEmpty()) {
            return end.endEpoch(epoch, totals);
        }
        if (ending.get().reason().leavesMore()) {
            context.keep(epoch, loop.nextStep(), totals, end.evaluations());
        }
        return ending;
    }

    @Override
    public void close() {
        loop.close();
    }
}
