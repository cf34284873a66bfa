package dev.mnistnative.binding;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** An {@code mn_model}: immutable, for inference by any number of threads at once. */
public final class NativeModel implements AutoCloseable {
    private final NativeHandle<MnModel> handle;
    private final int outputs;

    private NativeModel(MnModel pointer, int outputs) {
        this.outputs = outputs;
        handle = new NativeHandle<>(
                "model", new SharedGuard("model"), pointer, MnistNative::mn_model_bytes, MnistNative::mn_model_destroy);
    }

    /** A model of the net with this flat parameter vector, which is copied. */
    public static NativeModel create(NativeNet net, NativePlacement placement, float[] parameters) {
        NetMemory shape = new NetMemory(net);
        PlacementMemory where = new PlacementMemory(placement);
        MnModel pointer = new MnModel();
        try {
            NativeStatus.check(MnistNative.mn_model_create(
                    shape.struct(), where.struct(), parameters, parameters.length, pointer));
        } finally {
            Reference.reachabilityFence(shape);
            Reference.reachabilityFence(where);
        }
        return new NativeModel(pointer, net.outputs());
    }

    /** Logits [count, classes] of pixels [count, features]; both arrays are copied over. */
    public void logits(float[] pixels, int count, float[] logits) {
        handle.call(pointer -> MnistNative.mn_model_logits_f32(pointer, pixels, count, logits));
    }

    /** Logits [count, classes] of unsigned bytes [count, features] times scale; both arrays are copied over. */
    public void logits(byte[] pixels, double scale, int count, float[] logits) {
        handle.call(pointer -> MnistNative.mn_model_logits_u8(pointer, pixels, scale, count, logits));
    }

    /** Logits in place: direct buffers in native order, used from their positions. */
    public void logits(FloatBuffer pixels, int count, FloatBuffer logits) {
        FloatBuffer in = pixels.slice();
        FloatBuffer out = logits.slice();
        handle.call(pointer -> MnistNative.mn_model_logits_f32(pointer, in, count, out));
    }

    /** Logits in place: direct buffers in native order, used from their positions. */
    public void logits(ByteBuffer pixels, double scale, int count, FloatBuffer logits) {
        ByteBuffer in = pixels.slice();
        FloatBuffer out = logits.slice();
        handle.call(pointer -> MnistNative.mn_model_logits_u8(pointer, in, scale, count, out));
    }

    /**
     * Sums over samples [first, first + count) of the data, whose labels or targets are checked.
     *
     * @param predictions [count] out: the class with the largest logit; null: not wanted, or the loss takes targets
     */
    public NativeEvaluation evaluate(NativeData data, long first, long count, NativeLoss loss, int[] predictions) {
        data.requireFit(loss, outputs);
        LossMemory compared = new LossMemory(loss);
        MnEvaluation sums = new MnEvaluation(NativeMemory.struct(MnEvaluation.class));
        try {
            handle.call(pointer -> MnistNative.mn_model_evaluate(
                    pointer, data.struct(), first, count, compared.struct(), sums, predictions));
            return NativeEvaluation.of(sums);
        } finally {
            Reference.reachabilityFence(data);
            Reference.reachabilityFence(compared);
        }
    }

    /** Bytes that the native object holds; 0 after close. */
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
