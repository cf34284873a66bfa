package dev.mnistnative.binding;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;

/** An {@code mn_data} and the buffers it points to, which live as long as this object. */
public final class NativeData {
    private final MnData data;
    private final ByteBuffer pixels;
    private final NativeAnswers answers;
    private final long count;

    private NativeData(MnData data, ByteBuffer pixels, NativeAnswers answers, long count) {
        this.data = data;
        this.pixels = pixels;
        this.answers = answers;
        this.count = count;
    }

    /**
     * Samples in direct memory, read in place.
     *
     * @param pixels from its position [count, features], row-major: unsigned bytes or float32
     * @param bytes whether they are bytes
     * @param scale what bytes are multiplied by; 1 for float32
     * @param answers one a sample
     */
    public static NativeData of(
            ByteBuffer pixels, boolean bytes, double scale, int count, int features, NativeAnswers answers) {
        long needed = (long) count * features * (bytes ? 1 : Float.BYTES);
        if (pixels.remaining() != needed) {
            throw new IllegalArgumentException("pixels has " + pixels.remaining() + " bytes, but " + count
                    + " samples of " + features + " features take " + needed);
        }
        return ofLarge(pixels, bytes, scale, count, features, answers);
    }

    /**
     * The same for samples of more than 2 GiB.
     *
     * @param first a buffer of the first samples, behind whose limit the memory goes on with the others; it keeps it
     *     all
     */
    public static NativeData ofLarge(
            ByteBuffer first, boolean bytes, double scale, int count, int features, NativeAnswers answers) {
        if (!first.isDirect()) {
            throw new IllegalArgumentException("pixels must be in a direct buffer");
        }
        answers.requireFit(count);
        LibraryLoader.ensureLoaded();
        ByteBuffer pixelView = first.slice();
        NativeAnswers views = answers.views();
        MnData data = new MnData(NativeMemory.struct(MnData.class))
                .size(Loader.sizeof(MnData.class))
                .pixels(new BytePointer(pixelView))
                .type(bytes ? MnistNative.MN_PIXEL_UINT8 : MnistNative.MN_PIXEL_FLOAT32)
                .scale(scale)
                .count(count)
                .features(features);
        if (views.labels() != null) {
            data.labels(new IntPointer(views.labels()));
        }
        if (views.targets() != null) {
            data.targets(new FloatPointer(views.targets()));
        }
        if (views.weights() != null) {
            data.sample_weights(new FloatPointer(views.weights()));
        }
        return new NativeData(data, pixelView, views, count);
    }

    MnData struct() {
        return data;
    }

    /**
     * The native side takes it that there are as many targets as it is told of.
     *
     * @throws IllegalArgumentException if a loss that takes targets finds no labels or targets, or another number
     */
    void requireFit(NativeLoss loss, int outputs) {
        if (!loss.takesTargets() && answers.labels() == null) {
            throw new IllegalArgumentException("the data has no labels, which the cross-entropy needs: give labels, or "
                    + "train with a loss that takes targets");
        }
        if (loss.takesTargets() && answers.targets() == null) {
            throw new IllegalArgumentException(
                    "the data has no targets, which the loss needs: give targets, or train with the cross-entropy");
        }
        if (loss.takesTargets() && answers.outputs() != outputs) {
            throw new IllegalArgumentException("the data has " + answers.outputs()
                    + " targets a sample, but the net has " + outputs + " outputs: they must be as many");
        }
    }

    /** Number of samples. */
    public long count() {
        return count;
    }

    @Override
    public String toString() {
        return "NativeData[" + count + " samples, " + pixels.capacity() + " bytes]";
    }
}
