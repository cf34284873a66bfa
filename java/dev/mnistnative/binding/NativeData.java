package dev.mnistnative.binding;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;

/** An {@code mn_data} and the buffers it points to, which live as long as this object. */
public final class NativeData {
    private final MnData data;
    private final ByteBuffer pixels;
    private final IntBuffer labels;
    private final long count;

    private NativeData(MnData data, ByteBuffer pixels, IntBuffer labels, long count) {
        this.data = data;
        this.pixels = pixels;
        this.labels = labels;
        this.count = count;
    }

    /**
     * Samples in direct memory, read in place.
     *
     * @param pixels from its position [labels.remaining(), features], row-major: unsigned bytes or float32
     * @param bytes whether they are bytes
     * @param scale what bytes are multiplied by; 1 for float32
     * @param labels from its position, one a sample
     */
    public static NativeData of(ByteBuffer pixels, boolean bytes, double scale, IntBuffer labels, int features) {
        long needed = (long) labels.remaining() * features * (bytes ? 1 : Float.BYTES);
        if (pixels.remaining() != needed) {
            throw new IllegalArgumentException("pixels has " + pixels.remaining() + " bytes, but " + labels.remaining()
                    + " samples of " + features + " features take " + needed);
        }
        return ofLarge(pixels, bytes, scale, labels, features);
    }

    /**
     * The same for samples of more than 2 GiB.
     *
     * @param first a buffer of the first samples, behind whose limit the memory goes on with the others; it keeps it
     *     all
     */
    public static NativeData ofLarge(ByteBuffer first, boolean bytes, double scale, IntBuffer labels, int features) {
        if (!first.isDirect() || !labels.isDirect()) {
            throw new IllegalArgumentException("pixels and labels must be in direct buffers");
        }
        long count = labels.remaining();
        LibraryLoader.ensureLoaded();
        ByteBuffer pixelView = first.slice();
        IntBuffer labelView = labels.slice();
        MnData data = new MnData(NativeMemory.struct(MnData.class))
                .size(Loader.sizeof(MnData.class))
                .pixels(new BytePointer(pixelView))
                .type(bytes ? MnistNative.MN_PIXEL_UINT8 : MnistNative.MN_PIXEL_FLOAT32)
                .scale(scale)
                .labels(new IntPointer(labelView))
                .count(count)
                .features(features);
        return new NativeData(data, pixelView, labelView, count);
    }

    MnData struct() {
        return data;
    }

    /** Number of samples. */
    public long count() {
        return count;
    }

    @Override
    public String toString() {
        return "NativeData[" + count + " samples, " + pixels.capacity() + " + " + labels.capacity() * Integer.BYTES
                + " bytes]";
    }
}
