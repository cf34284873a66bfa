package dev.mnistnative.binding;

import dev.mnistnative.binding.gpu.CudaStream;
import dev.mnistnative.binding.gpu.internal.TrainerStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;

/**
 * An {@code mn_trainer}: owns the handle, keeps the memory lent to it, turns status codes into exceptions and wrong use
 * into {@link IllegalStateException}. One thread at a time.
 */
public final class NativeTrainer implements AutoCloseable {
    /** Slots, in the order of {@link #readState}: the parameters. */
    public static final int PARAMETERS = MnistNative.MN_SLOT_PARAMETERS;

    /** Adam's exp_avg, SGD's momentum_buffer. */
    public static final int FIRST_MOMENT = MnistNative.MN_SLOT_FIRST_MOMENT;

    /** Adam's exp_avg_sq. */
    public static final int SECOND_MOMENT = MnistNative.MN_SLOT_SECOND_MOMENT;

    /** amsgrad's max_exp_avg_sq. */
    public static final int MAX_SECOND_MOMENT = MnistNative.MN_SLOT_MAX_SECOND_MOMENT;

    private static final int DESCRIPTION_BYTES = 512;

    private final ThreadGuard guard = new ThreadGuard("trainer");
    private final NativeHandle<MnTrainer> handle;
    private final MnEvaluation evaluation = new MnEvaluation(NativeMemory.struct(MnEvaluation.class));
    private final LongBuffer one = NativeMemory.bytes(Long.BYTES).asLongBuffer();
    private final int parameterCount;
    private final int outputs;
    private final NativeLoss loss;
    private Workspace workspace = new Workspace(1);
    private CudaStream stream; // guarded by the guard; null: the trainer's own

    /**
     * What a chunk of steps reads and writes, reused from call to call. The layout is asked here, not by the trainer's
     * own class: only the loaded library knows it, and that class comes first where a trainer is the first thing made.
     */
    private static final class Workspace {
        private static final int RESULT_BYTES = Loader.sizeof(MnStepResult.class);
        private static final int LOSS_OFFSET = Loader.offsetof(MnStepResult.class, "loss");
        private static final int OBJECTIVE_OFFSET = Loader.offsetof(MnStepResult.class, "objective");
        private static final int ABSOLUTE_ERROR_OFFSET = Loader.offsetof(MnStepResult.class, "absolute_error");
        private static final int CORRECT_OFFSET = Loader.offsetof(MnStepResult.class, "correct");

        final int steps;
        final DoubleBuffer rates;
        final ByteBuffer results;
        final MnStepResult firstResult;
        final MnChunk chunk;

        Workspace(int steps) {
            this.steps = steps;
            rates = NativeMemory.doubles(steps);
            results = NativeMemory.bytes(Math.multiplyExact(steps, RESULT_BYTES));
            firstResult = new MnStepResult(new BytePointer(results));
            chunk = new MnChunk(NativeMemory.struct(MnChunk.class))
                    .size(Loader.sizeof(MnChunk.class))
                    .learning_rates(new DoublePointer(rates));
        }

        void copy(int count, StepResults to) {
            for (int i = 0; i < count; i++) {
                to.losses[i] = results.getDouble(i * RESULT_BYTES + LOSS_OFFSET);
                to.objectives[i] = results.getDouble(i * RESULT_BYTES + OBJECTIVE_OFFSET);
                to.absoluteErrors[i] = results.getDouble(i * RESULT_BYTES + ABSOLUTE_ERROR_OFFSET);
                to.correct[i] = results.getInt(i * RESULT_BYTES + CORRECT_OFFSET);
            }
        }
    }

    /**
     * What comes of a chunk's steps, each before its update, as {@code mn_step_result}.
     *
     * @param losses [steps] mean of each batch's plain losses
     * @param objectives [steps] what each step minimised
     * @param absoluteErrors [steps] mean distances of outputs from targets; 0 for the cross-entropy
     * @param correct [steps] right predictions
     */
    public record StepResults(double[] losses, double[] objectives, double[] absoluteErrors, int[] correct) {
        /** Room for so many. */
        public static StepResults of(int steps) {
            return new StepResults(new double[steps], new double[steps], new double[steps], new int[steps]);
        }
    }

    /**
     * How a chunk went.
     *
     * @param steps that count
     * @param diverged whether the step after those had a loss that was not finite; then the state is the chunk's first
     */
    public record Chunk(int steps, boolean diverged) {}

    private NativeTrainer(MnTrainer pointer, NativeNet net, NativeLoss loss) {
        this.parameterCount = Math.toIntExact(NativeLibrary.parameterCount(net));
        this.outputs = net.outputs();
        this.loss = loss;
        handle = new NativeHandle<>(
                "trainer", guard, pointer, MnistNative::mn_trainer_bytes, MnistNative::mn_trainer_destroy);
    }

    /** A trainer with all parameters 0; {@link #initialize} or {@link #write} sets them. */
    public static NativeTrainer create(
            NativeNet net, NativePlacement placement, NativeOptimizer optimizer, NativeLoss loss) {
        NetMemory shape = new NetMemory(net);
        PlacementMemory where = new PlacementMemory(placement);
        LossMemory minimised = new LossMemory(loss);
        MnTrainer pointer = new MnTrainer();
        try {
            NativeStatus.check(MnistNative.mn_trainer_create(
                    shape.struct(), where.struct(), optimizer.struct(), minimised.struct(), pointer));
        } finally {
            Reference.reachabilityFence(shape);
            Reference.reachabilityFence(where);
            Reference.reachabilityFence(minimised);
        }
        return new NativeTrainer(pointer, net, loss);
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
        data.requireFit(loss, outputs);
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
     * @param seed of what the steps draw, each by the optimizer steps done before it
     * @param rates [steps] learning rates
     * @param results [steps] out
     */
    public Chunk train(
            IntBuffer order, long first, long samples, long batchSize, long seed, double[] rates, StepResults results) {
        return handle.within(pointer -> {
            Workspace w = workspaceFor(rates.length);
            w.rates.put(0, rates);
            IntBuffer indices = order == null ? null : order.slice();
            w.chunk
                    .order(indices == null ? null : new IntPointer(indices))
                    .first(first)
                    .samples(samples)
                    .batch_size(batchSize)
                    .seed(seed);
            int status = MnistNative.mn_trainer_train(pointer, w.chunk, w.firstResult, one);
            Reference.reachabilityFence(indices);
            if (status != MnistNative.MN_DIVERGED) {
                NativeStatus.check(status);
            }
            int steps = Math.toIntExact(one.get(0));
            w.copy(steps, results);
            return new Chunk(steps, status == MnistNative.MN_DIVERGED);
        });
    }

    private Workspace workspaceFor(int steps) {
        if (workspace.steps < steps) {
            workspace = new Workspace(steps);
        }
        return workspace;
    }

    /** Sums over samples [first, first + count) of the data, which are checked, by the present parameters. */
    public NativeEvaluation evaluate(NativeData data, long first, long count) {
        data.requireFit(loss, outputs);
        return handle.within(pointer -> {
            NativeStatus.check(MnistNative.mn_trainer_evaluate(
                    pointer, data.struct(), first, count, evaluation, (IntBuffer) null));
            Reference.reachabilityFence(data);
            return NativeEvaluation.of(evaluation);
        });
    }

    /**
     * Checks data, all labels or targets included, before anything is done with it.
     *
     * @throws IllegalArgumentException that names what is wrong
     */
    public void check(NativeData data) {
        data.requireFit(loss, outputs);
        handle.call(pointer -> MnistNative.mn_trainer_check_data(pointer, data.struct()));
        Reference.reachabilityFence(data);
    }

    /** Queues the work on this stream from now on; null: on the trainer's own again. Kept until another is set. */
    public void setStream(CudaStream wanted) {
        handle.within(pointer -> {
            if (wanted != null || stream != null) { // else the CUDA presets need not be there
                NativeStatus.check(TrainerStream.set(pointer, wanted));
                stream = wanted;
            }
            return null;
        });
    }

    /** A copy of the flat parameter vector. */
    public float[] read() {
        return read(PARAMETERS);
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
        write(PARAMETERS, values);
    }

    /** Sets one of the optimizer's moments; arguments as for {@link #read(int)}. */
    public void write(int moment, float[] values) {
        handle.call(pointer -> MnistNative.mn_trainer_write(pointer, moment, values, values.length));
    }

    /**
     * Copies a slot's flat vector into a direct buffer in native order, from its position on.
     *
     * @param values room for as many as there are parameters, to its limit
     * @throws dev.mnistnative.MnistNativeException with status UNSUPPORTED if the optimizer has no such slot
     */
    public void read(int slot, FloatBuffer values) {
        FloatBuffer out = direct(values);
        handle.call(pointer -> MnistNative.mn_trainer_read(pointer, slot, out, out.capacity()));
    }

    /** Sets a slot from a direct buffer; arguments as for {@link #read(int, FloatBuffer)}. */
    public void write(int slot, FloatBuffer values) {
        FloatBuffer in = direct(values);
        handle.call(pointer -> MnistNative.mn_trainer_write(pointer, slot, in, in.capacity()));
    }

    /** How many slots the optimizer keeps, {@link #PARAMETERS} included: the first so many. */
    public int slots() {
        return handle.within(pointer -> {
            IntBuffer count = NativeMemory.ints(1);
            NativeStatus.check(MnistNative.mn_trainer_slot_count(pointer, count));
            return count.get(0);
        });
    }

    /** Length of a slot's flat vector. */
    public int parameterCount() {
        return parameterCount;
    }

    /**
     * Copies all that training goes on from, in one call.
     *
     * @param values direct, native order, from its position to its limit [slots, parameters]
     * @return the optimizer steps done
     */
    public long readState(FloatBuffer values) {
        FloatBuffer out = direct(values);
        return handle.within(pointer -> {
            NativeStatus.check(MnistNative.mn_trainer_read_state(pointer, out, out.capacity(), one));
            return one.get(0);
        });
    }

    /** Sets what {@link #readState} gave. */
    public void writeState(FloatBuffer values, long step) {
        FloatBuffer in = direct(values);
        handle.call(pointer -> MnistNative.mn_trainer_write_state(pointer, in, in.capacity(), step));
    }

    private static FloatBuffer direct(FloatBuffer values) {
        if (!values.isDirect() || values.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("values must be a direct buffer in native byte order");
        }
        return values.slice();
    }

    /** Sets the count of optimizer steps done, when state is restored. */
    public void setStep(long step) {
        handle.call(pointer -> MnistNative.mn_trainer_set_step(pointer, step));
    }

    /** Optimizer steps done so far. */
    public long step() {
        return handle.within(pointer -> {
            NativeStatus.check(MnistNative.mn_trainer_get_step(pointer, one));
            return one.get(0);
        });
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
