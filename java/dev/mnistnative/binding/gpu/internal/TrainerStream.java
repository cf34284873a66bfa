package dev.mnistnative.binding.gpu.internal;

import dev.mnistnative.binding.MnTrainer;
import dev.mnistnative.binding.gpu.CudaStream;

/** The native call with a caller's stream, apart from the trainer's class, so that none else meets the CUDA presets. */
public final class TrainerStream {
    private TrainerStream() {}

    /** The native call's status. A null stream means the trainer's own. */
    public static int set(MnTrainer trainer, CudaStream stream) {
        return MnistCuda.mn_trainer_set_stream(trainer, stream == null ? null : stream.pointer());
    }
}
