package dev.mnistnative.binding;

import dev.mnistnative.binding.gpu.CudaStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/**
 * An {@code mn_trainer}: owns the handle, keeps the memory lent to it, turns status codes into exceptions and wrong use
 * into {@link IllegalStateException}. One thread at a time.
 */
public final class NativeTrainer implements AutoCloseable {
    /** What {@link #read(int)} and {@link #write(int, float[])} copy: Adam's exp_avg, SGD's momentum_buffer. */
    public static final int FIRST_MOMENT = MnistNative.MN_FIRST_MOMENT;

    /** Adam's exp_avg_sq. */
    public static final int SECOND_MOMENT = MnistNative.MN_SECOND_MOMENT;

    /** amsgrad's max_exp_avg_sq. */
    public static final int MAX_SECOND_MOMENT = MnistNative.MN_MAX_SECOND_MOMENT;

    private static final int DESCRIPTION_BYTES = 512;

    private final ThreadGuard guard = new ThreadGuard("trainer");
    private final NativeHandle<MnTrainer> handle;
    private final MnEvaluation evaluation = new MnEvaluation(NativeMemory.struct(MnEvaluation.class));
    private final LongBuffer one = NativeMemory.bytes(Long.BYTES).asLongBuffer();
    private final int parameterCount;
    private Workspace workspace = new Workspace(1);
    private CudaStream stream; // guarded by the guard; null: the trainer's own

    /** What a chunk of steps reads and writes, reused from call to call. */
    private static final class Workspace {
        final int steps;
        final DoubleBuffer rates;
        final DoubleBuffer losses;
        final IntBuffer correct;

        Workspace(int steps) {
            this.steps = steps;
            rates = NativeMemory.doubles(steps);
            losses = NativeMemory.doubles(steps);
            correct = NativeMemory.ints(steps);
        }
    }

    /**
     * How a chunk went.
     *
     * @param steps that count
     * @param divergence null, or the sentence on a loss that was not finite; then the state is the chunk's first
     */
    public record Chunk(int steps, String divergence) {}

    private NativeTrainer(MnTrainer pointer, int parameterCount) {
        this.parameterCount = parameterCount;
        handle = new NativeHandle<>(
                "trainer", guard, pointer, MnistNative::mn_trainer_bytes, MnistNative::mn_trainer_destroy);
    }

    /** A trainer with all parameters 0; {@link #initialize} or {@link #write} sets them. */
    public static NativeTrainer create(
            int[] sizes, NativePlacement placement, NativeOptimizer optimizer, NativeLoss loss) {
        OptionsMemory memory =
                new OptionsMemory(sizes, placement).optimizer(optimizer).loss(loss);
        MnTrainer pointer = new MnTrainer();
        try {
            NativeStatus.check(MnistNative.mn_trainer_create(memory.options(), pointer));
        } finally {
            Reference.reachabilityFence(memory);
        }
        return new NativeTrainer(pointer, Math.toIntExact(NativeLibrary.parameterCount(sizes)));
    }

    /** The guard, for an owner whose own calls span several of these. */
    public ThreadGuard guard() {
        return guard;
    }

    /** PyTorch's initial values for the seed; optimizer state and step count are cleared. */
    public void initialize(long seed) {
        handle.call(pointer -> MnistNative.mn_trainer_initialize(pointer, seed));
    }

    /** Lends the training set, which is kept alive until another is lent or the trainer is gone. */
    public void setData(NativeData data) {
        handle.call(pointer -> {
            int status = MnistNative.mn_trainer_set_data(pointer, data.struct());
            if (status == MnistNative.MN_OK) {
                handle.lend(data);
            }
            return status;
        });
    }

    /**
     * Runs steps on the lent training set.
     *
     * @param order indices of the samples from its position to its limit (direct), or null for file order
     * @param first index of the first sample where order is null
     * @param samples that the steps take together
     * @param rates [steps] learning rates
     * @param losses [steps] out
     * @param correct [steps] out
     */
    public Chunk train(
            IntBuffer order, long first, long samples, long batchSize, double[] rates, double[] losses, int[] correct) {
        guard.enter();
        try {
            Workspace w = workspaceFor(rates.length);
            w.rates.put(0, rates);
            IntBuffer indices = order == null ? null : order.slice();
            int status = handle.status(pointer -> MnistNative.mn_trainer_train(
                    pointer, indices, first, samples, batchSize, w.rates, w.losses, w.correct, one));
            if (status != MnistNative.MN_DIVERGED) {
                NativeStatus.check(status);
            }
            String divergence = status == MnistNative.MN_DIVERGED ? NativeStatus.lastError() : null;
            int steps = Math.toIntExact(one.get(0));
            w.losses.get(0, losses, 0, steps);
            w.correct.get(0, correct, 0, steps);
            return new Chunk(steps, divergence);
        } finally {
            guard.exit();
        }
    }

    private Workspace workspaceFor(int steps) {
        if (workspace.steps < steps) {
            workspace = new Workspace(steps);
        }
        return workspace;
    }

    /** Sums over samples [first, first + count) of the data, by the present parameters. */
    public NativeEvaluation evaluate(NativeData data, long first, long count) {
        guard.enter();
        try {
            handle.call(pointer -> MnistNative.mn_trainer_evaluate(
                    pointer, data.struct(), first, count, evaluation, (IntBuffer) null));
            return new NativeEvaluation(
                    evaluation.loss_sum(), evaluation.weight_sum(), evaluation.correct(), evaluation.counted());
        } finally {
            guard.exit();
            Reference.reachabilityFence(data);
        }
    }

    /** Queues the work on this stream from now on; null: on the trainer's own again. Kept until another is set. */
    public void setStream(CudaStream wanted) {
        guard.enter();
        try {
            if (wanted != null || stream != null) { // else the CUDA presets need not be there
                handle.call(pointer -> CudaStream.set(pointer, wanted));
                stream = wanted;
            }
        } finally {
            guard.exit();
        }
    }

    /** A copy of the flat parameter vector. */
    public float[] read() {
        return read(MnistNative.MN_PARAMETERS);
    }

    /**
     * A copy of one of the optimizer's moments, in the parameters' order.
     *
     * @throws dev.mnistnative.MnistNativeException with status UNSUPPORTED if the optimizer has no such moment
     */
    public float[] read(int moment) {
        float[] values = new float[parameterCount];
        handle.call(pointer -> MnistNative.mn_trainer_read(pointer, moment, values, values.length));
        return values;
    }

    /** Sets the flat parameter vector; optimizer state and step count stay as they are. */
    public void write(float[] values) {
        write(MnistNative.MN_PARAMETERS, values);
    }

    /** Sets one of the optimizer's moments; arguments as for {@link #read(int)}. */
    public void write(int moment, float[] values) {
        handle.call(pointer -> MnistNative.mn_trainer_write(pointer, moment, values, values.length));
    }

    /**
     * Copies the parameters and then each of the optimizer's first moments, all in the parameters' order.
     *
     * @param values direct, in native order, from its position [1 + moments, parameters]
     */
    public void read(int moments, FloatBuffer values) {
        copy(moments, values, MnistNative::mn_trainer_read);
    }

    /** Sets the parameters and the first moments; arguments as for {@link #read(int, FloatBuffer)}. */
    public void write(int moments, FloatBuffer values) {
        copy(moments, values, MnistNative::mn_trainer_write);
    }

    private interface SlotCopy {
        int apply(MnTrainer trainer, int slot, FloatBuffer values, long count);
    }

    private void copy(int moments, FloatBuffer values, SlotCopy copy) {
        guard.enter();
        try {
            for (int slot = MnistNative.MN_PARAMETERS; slot <= moments; slot++) {
                int at = slot;
                FloatBuffer part = values.slice(values.position() + slot * parameterCount, parameterCount);
                handle.call(pointer -> copy.apply(pointer, at, part, parameterCount));
            }
        } finally {
            guard.exit();
        }
    }

    /** Sets the count of optimizer steps done, when state is restored. */
    public void setStep(long step) {
        handle.call(pointer -> MnistNative.mn_trainer_set_step(pointer, step));
    }

    /** Optimizer steps done so far. */
    public long step() {
        guard.enter();
        try {
            handle.call(pointer -> MnistNative.mn_trainer_get_step(pointer, one));
            return one.get(0);
        } finally {
            guard.exit();
        }
    }

    /** One line on what runs. */
    public String describe() {
        ByteBuffer text = NativeMemory.bytes(DESCRIPTION_BYTES);
        handle.call(pointer -> MnistNative.mn_trainer_describe(pointer, text, text.capacity()));
        return NativeLibrary.text(text);
    }

    /** Bytes that the native object holds; 0 after close. From any thread, also during a call. */
    public long nativeBytes() {
        return handle.nativeBytes();
    }

    /**
     * Frees the native object; a second call does nothing.
     *
     * @throws IllegalStateException if a thread is inside; then nothing has changed
     */
    @Override
    public void close() {
        handle.close();
    }
}
