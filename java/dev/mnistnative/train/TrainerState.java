package dev.mnistnative.train;

import dev.mnistnative.net.Parameters;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * All that steps change in a trainer: with the same state, settings and samples the next steps give the same bits. Safe
 * from any thread.
 */
public final class TrainerState {
    private final Parameters parameters;
    private final Map<String, float[]> moments;
    private final long optimizerStep;

    /**
     * @param parameters of the net
     * @param moments [parameters] each, by the names of {@link Optimizer#moments()}, in the parameters' order; the
     *     arrays are taken over: do not change them afterwards
     * @param optimizerStep steps the optimizer has done, 0 or more; Adam's bias correction follows it
     * @throws IllegalArgumentException if a moment is of another length or the step is negative
     */
    public TrainerState(Parameters parameters, Map<String, float[]> moments, long optimizerStep) {
        this.parameters = Objects.requireNonNull(parameters, "parameters");
        this.moments = Collections.unmodifiableMap(new LinkedHashMap<>(moments));
        this.optimizerStep = optimizerStep;
        Require.atLeast("optimizerStep", optimizerStep, 0);
        int count = parameters.net().parameterCount();
        this.moments.forEach((name, values) -> {
            if (values.length != count) {
                throw new IllegalArgumentException("the moment " + name + " has " + values.length
                        + " values, but the net " + parameters.net() + " has " + count + " parameters");
            }
        });
    }

    /** The net's parameters. */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * The optimizer's moments [parameters] by their names, in the parameters' order. Not copied: do not change them.
     */
    public Map<String, float[]> moments() {
        return moments;
    }

    /** Steps the optimizer has done, over all runs. */
    public long optimizerStep() {
        return optimizerStep;
    }

    /** @throws IllegalArgumentException if it is another net's or another optimizer's */
    void requireFit(TrainingSettings settings) {
        if (!parameters.net().equals(settings.layers().withoutDropout())) {
            throw new IllegalArgumentException("the state is of the net " + parameters.net()
                    + ", but the trainer's layers are " + settings.layers());
        }
        if (!moments.keySet().equals(Set.copyOf(settings.optimizer().moments()))) {
            throw new IllegalArgumentException("the state has the moments " + moments.keySet() + ", but the trainer's "
                    + settings.optimizer().name() + " keeps "
                    + settings.optimizer().moments());
        }
    }

    /** Whether every bit is the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof TrainerState that
                && optimizerStep == that.optimizerStep
                && parameters.equals(that.parameters)
                && moments.keySet().equals(that.moments.keySet())
                && moments.keySet().stream().allMatch(name -> Arrays.equals(moments.get(name), that.moments.get(name)));
    }

    @Override
    public int hashCode() {
        return 31 * parameters.hashCode() + Long.hashCode(optimizerStep);
    }

    @Override
    public String toString() {
        return "TrainerState[" + parameters.net() + ", " + moments.keySet() + ", step " + optimizerStep + "]";
    }
}
