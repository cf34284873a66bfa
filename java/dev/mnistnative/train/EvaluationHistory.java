package dev.mnistnative.train;

import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the evaluations of a run have come to: how many epochs there were since the best, and the best one's weights
 * where the settings keep them. It watches the loss that all reports print, the plain mean, and not the objective,
 * which has class weights and label smoothing in it.
 */
final class EvaluationHistory {
    private static final String LOWEST = "early_stopping.best_loss";
    private static final String EPOCHS_WITHOUT = "early_stopping.epochs_without";
    private static final String BEST_EPOCH = "best.epoch";
    private static final String BEST_LOSS = "best.loss";
    private static final String BEST_OBJECTIVE = "best.objective";
    private static final String BEST_ACCURACY = "best.accuracy";
    private static final String BEST_ABSOLUTE_ERROR = "best.absolute_error";
    private static final String BEST_SQUARED_ERROR = "best.squared_error";
    private static final String BEST_COUNTED = "best.counted";

    private final int patience;
    private final boolean keepsWeights;
    private double lowest = Double.POSITIVE_INFINITY;
    private int without;
    private BestEpoch bestEpoch; // null: none yet, or none is kept
    private Parameters bestParameters;

    /** Of a run that begins. */
    EvaluationHistory(TrainingSettings settings) {
        patience = settings.earlyStopping();
        keepsWeights = settings.keep() == Keep.BEST;
    }

    /**
     * What {@link #entries} wrote, under settings that may have another patience.
     *
     * @param parameters of the best epoch, or null
     */
    static EvaluationHistory of(TrainingSettings settings, CheckpointHeader header, Parameters parameters) {
        EvaluationHistory history = new EvaluationHistory(settings);
        history.lowest = header.number(LOWEST);
        history.without = header.integer(EPOCHS_WITHOUT);
        if (parameters != null) {
            Evaluation evaluation = new Evaluation(
                    header.number(BEST_LOSS),
                    header.number(BEST_OBJECTIVE),
                    header.number(BEST_ACCURACY),
                    header.number(BEST_ABSOLUTE_ERROR),
                    header.number(BEST_SQUARED_ERROR),
                    header.whole(BEST_COUNTED),
                    Optional.empty());
            history.bestEpoch = new BestEpoch(header.integer(BEST_EPOCH), evaluation);
            history.bestParameters = parameters;
        }
        return history;
    }

    /** Every bit of what has been seen but the weights, for a checkpoint's header. */
    Map<String, String> entries() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(LOWEST, String.valueOf(lowest));
        entries.put(EPOCHS_WITHOUT, String.valueOf(without));
        if (bestEpoch != null) {
            Evaluation evaluation = bestEpoch.evaluation();
            entries.put(BEST_EPOCH, String.valueOf(bestEpoch.epoch()));
            entries.put(BEST_LOSS, String.valueOf(evaluation.loss()));
            entries.put(BEST_OBJECTIVE, String.valueOf(evaluation.objective()));
            entries.put(BEST_ACCURACY, String.valueOf(evaluation.accuracy()));
            entries.put(BEST_ABSOLUTE_ERROR, String.valueOf(evaluation.absoluteError()));
            entries.put(BEST_SQUARED_ERROR, String.valueOf(evaluation.squaredError()));
            entries.put(BEST_COUNTED, String.valueOf(evaluation.counted()));
        }
        return entries;
    }

    /**
     * Takes an epoch's evaluation.
     *
     * @param epoch from 1
     * @param parameters gives those after the epoch
     */
    void add(int epoch, Evaluation evaluation, Supplier<Parameters> parameters) {
        if (evaluation.loss() < lowest) {
            lowest = evaluation.loss();
            without = 0;
            if (keepsWeights) {
                bestParameters = parameters.get();
                bestEpoch = new BestEpoch(epoch, evaluation);
            }
        } else {
            without++;
        }
    }

    /** Whether the patience is at its end. */
    boolean isSpent() {
        return patience > 0 && without >= patience;
    }

    /** The epoch whose weights are kept, if they are and there is one. */
    Optional<BestEpoch> bestEpoch() {
        return Optional.ofNullable(bestEpoch);
    }

    /** Its weights. */
    Optional<Parameters> bestParameters() {
        return Optional.ofNullable(bestParameters);
    }
}
