package dev.mnistnative.train;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;

/** A trainer's parameters and moments in one piece of direct memory, for {@link Replicas} to average in place. */
public final class ReplicaState {
    private final FloatBuffer values;
    private final int parameterCount;
    private final List<String> moments;

    ReplicaState(FloatBuffer values, int parameterCount, List<String> moments) {
        this.values = values;
        this.parameterCount = parameterCount;
        this.moments = moments;
    }

    /**
     * All of it, [1 + moments, parameters]: the parameters, then each moment in the order of {@link #moments()}, each
     * in the parameters' order. Direct, in native byte order; position 0, limit at the end.
     */
    public FloatBuffer values() {
        return values.duplicate();
    }

    /** The parameters alone, a view. */
    public FloatBuffer parameters() {
        return values.slice(0, parameterCount);
    }

    /** Names of the moments, as {@link Optimizer#moments()}. */
    public List<String> moments() {
        return moments;
    }

    /**
     * A moment alone, a view.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public FloatBuffer moment(String name) {
        int index = moments.indexOf(Objects.requireNonNull(name, "name"));
        if (index < 0) {
            throw new IllegalArgumentException("there is no moment " + name + ": the optimizer keeps " + moments);
        }
        return values.slice((1 + index) * parameterCount, parameterCount);
    }
}
