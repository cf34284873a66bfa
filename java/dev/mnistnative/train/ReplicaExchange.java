package dev.mnistnative.train;

import dev.mnistnative.binding.NativeTrainer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/** When a trainer's state is averaged with its replicas', and the way there and back. */
final class ReplicaExchange {
    private final NativeTrainer trainer;
    private final Replicas replicas;
    private final int every;
    private final ReplicaState state; // null without replicas

    ReplicaExchange(NativeTrainer trainer, TrainingSettings settings, Replicas replicas) {
        this.trainer = trainer;
        this.replicas = replicas;
        this.every = replicas.everySteps();
        Require.atLeast("replicas: everySteps", every, 1);
        this.state = replicas == Replicas.NONE ? null : state(settings);
    }

    private static ReplicaState state(TrainingSettings settings) {
        List<String> moments = settings.optimizer().moments();
        int count = settings.layers().parameterCount();
        long bytes = (1L + moments.size()) * count * Float.BYTES;
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("replicas: the state of a net " + settings.layers() + " has " + bytes
                    + " bytes, more than the 2 GiB that are averaged at once: use a smaller net");
        }
        FloatBuffer values = ByteBuffer.allocateDirect((int) bytes)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        return new ReplicaState(values, count, moments);
    }

    /** Steps that may be done from a step of the epoch on without an average between them. */
    int stepsFrom(int step) {
        return every - step % every;
    }

    /** Averages if it is time: after so many steps of an epoch of this many. */
    void afterSteps(int done, int stepsPerEpoch) {
        if (state != null && (done % every == 0 || done == stepsPerEpoch)) {
            long optimizerStep = trainer.readState(state.values());
            replicas.average(state);
            trainer.writeState(state.values(), optimizerStep);
        }
    }
}
