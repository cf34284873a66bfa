package dev.mnistnative.train;

import dev.mnistnative.binding.NativeData;
import dev.mnistnative.binding.NativeEvaluation;
import dev.mnistnative.internal.Seconds;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What follows an epoch's steps: evaluation, whether to stop, whether to keep a checkpoint. */
final class EpochEnd {
    private final RunContext run;
    private final Optional<NativeData> evaluationData;
    private final int block;
    private final List<EpochEnded> events = new ArrayList<>();
    private EvaluationHistory evaluations;

    /** @param evaluationData is checked */
    EpochEnd(RunContext run, Optional<NativeData> evaluationData) {
        this.run = run;
        this.evaluationData = evaluationData;
        this.block = ChunkLength.evaluationBlock(
                run.settings().layers(), run.start().machine().device().kind());
        this.evaluations = new EvaluationHistory(run.settings());
        evaluationData.ifPresent(data -> run.trainer().check(data)); // now and not after an epoch
    }

    /** Goes on from what an earlier run's evaluations had come to; the ending if that is enough to stop. */
    Optional<Ending> resume(EvaluationHistory seen) {
        evaluations = seen;
        return seen.isSpent() ? Optional.of(stoppedEarly()) : Optional.empty();
    }

    /** What they have come to. */
    EvaluationHistory evaluations() {
        return evaluations;
    }

    /** The epochs that were finished. */
    List<EpochEnded> events() {
        return events;
    }

    /** Evaluates and publishes an epoch, counted from 0, whose steps are all done; empty: go on. */
    Optional<Ending> endEpoch(int epoch, EpochTotals totals) {
        long began = System.nanoTime();
        Optional<Evaluation> evaluation = evaluationData.flatMap(this::evaluate);
        EpochEnded event = new EpochEnded(
                run.position(epoch, run.plan().steps()),
                totals.training(run.settings()),
                evaluation,
                new EpochEnded.Timing(
                        totals.seconds(), Seconds.since(began), run.plan().samplesUsed() / totals.seconds()));
        events.add(event);
        run.publish(listener -> listener.onEpoch(event));
        if (evaluationData.isPresent() && evaluation.isEmpty()) {
            run.keep(epoch, run.plan().steps(), totals, evaluations); // the evaluation is still to be done
            return Optional.of(Ending.evaluationInterrupted(epoch + 1));
        }
        Optional<Ending> ending = decide(epoch, evaluation);
        boolean diverged = ending.isPresent() && ending.get().reason() == StopReason.DIVERGED;
        if (!diverged && (ending.isPresent() || run.checkpoints().isDue(epoch + 1))) {
            run.keep(epoch + 1, 0, new EpochTotals(), evaluations);
        }
        return ending;
    }

    private Optional<Ending> decide(int epoch, Optional<Evaluation> evaluation) {
        evaluation.ifPresent(seen -> evaluations.add(
                epoch + 1,
                seen,
                () -> Parameters.of(run.settings().layers(), run.trainer().read())));
        if (evaluation.isPresent() && hasDiverged(evaluation.get())) {
            return Optional.of(Ending.evaluationDiverged(
                    epoch + 1,
                    run.start().data().evaluatedOn(),
                    evaluation.get().loss()));
        }
        if (evaluations.isSpent()) {
            return Optional.of(stoppedEarly());
        }
        boolean last = epoch + 1 == run.settings().epochs();
        return run.shouldStop() && !last ? Optional.of(Ending.interruptedAfter(epoch + 1)) : Optional.empty();
    }

    /** Not where there is nothing to divide by: no sample counts, or none has a weight above 0. */
    private static boolean hasDiverged(Evaluation evaluation) {
        return evaluation.counted() > 0 && !Double.isFinite(evaluation.loss());
    }

    private Ending stoppedEarly() {
        return Ending.early(run.settings().earlyStopping());
    }

    /** Empty if it was cancelled. */
    private Optional<Evaluation> evaluate(NativeData data) {
        NativeEvaluation sums = NativeEvaluation.NONE;
        for (long first = 0; first < data.count(); first += block) {
            if (run.shouldStop()) {
                return Optional.empty();
            }
            sums = sums.plus(run.trainer().evaluate(data, first, Math.min(block, data.count() - first)));
        }
        double loss = sums.lossSum() / sums.counted();
        double mean = sums.objectiveSum() / sums.weightSum();
        double objective = run.settings().loss().reduction() == Reduction.SUM ? sums.objectiveSum() : mean;
        boolean targets = run.settings().loss().takesTargets();
        return Optional.of(new Evaluation(
                loss,
                objective,
                (double) sums.correct() / (sums.counted() * run.settings().answersPerSample()),
                targets ? sums.absoluteErrorSum() / sums.counted() : Double.NaN,
                targets ? sums.squaredErrorSum() / sums.counted() : Double.NaN,
                sums.counted(),
                Optional.empty()));
    }
}
