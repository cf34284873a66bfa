package dev.mnistnative.data;

import dev.mnistnative.binding.NativeLoss;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Samples and their labels: immutable, in direct (or mapped) memory that the native side reads in place.
 *
 * <p>Pixels are row-major [size, features], one unsigned byte or one float32 each. Bytes stay bytes: byte b stands for
 * the float32 nearest to b * {@link #scale()}. Labels are 32-bit: 0 … classes − 1, or {@link #ignoreIndex()}.
 *
 * <p>{@link #close()} drops this object's hold on the memory, and every later use throws {@link IllegalStateException}.
 * The memory itself lives as long as anybody holds a buffer of it ({@link #pixels()}, {@link #labels()}, another data
 * set made by {@link #limit} or {@link #withScale}), so closing is never dangerous. Safe for use by many threads.
 */
public final class Dataset implements AutoCloseable {
    /** PyTorch's default for a label that takes no part in the loss. */
    public static final long DEFAULT_IGNORE_INDEX = NativeLoss.IGNORE_INDEX;

    /** What turns bytes into 0…1. */
    public static final double UNIT_SCALE = 1.0 / 255;

    /** From so many features on a row of numbers is taken for a picture. */
    public static final int PICTURE_FEATURES = 64;

    private volatile Samples content; // null once closed
    private volatile NumberRange range; // null until it is asked for

    /** `labels` may be null. */
    Dataset(SampleLayout layout, ByteBuffer pixels, IntBuffer labels) {
        this(new Samples(layout, SampleMemory.of(pixels, layout.sampleBytes()), Supervision.ofLabels(labels)));
    }

    Dataset(Samples content) {
        this.content = content;
    }

    /**
     * Copies bytes into a data set scaled by {@link #UNIT_SCALE}.
     *
     * @param pixels [n, features], row-major, unsigned
     * @param features pixels of a sample, 1 or more
     * @param labels [n], each 0 or more or {@link #DEFAULT_IGNORE_INDEX}; null if there are none
     * @throws IllegalArgumentException if the lengths do not fit each other or a label is not allowed
     */
    public static Dataset ofBytes(byte[] pixels, int features, int[] labels) {
        ByteBuffer direct =
                DirectMemory.allocate(pixels.length, "pixels").put(pixels).flip();
        IntBuffer wrapped = labels == null ? null : IntBuffer.wrap(labels);
        return of(direct, PixelType.UINT8, new int[] {features}, wrapped, DEFAULT_IGNORE_INDEX);
    }

    /**
     * Copies floats into a data set, as they are.
     *
     * @param pixels [n, features], row-major, finite
     * @param features pixels of a sample, 1 or more
     * @param labels [n], each 0 or more or {@link #DEFAULT_IGNORE_INDEX}; null if there are none
     * @throws IllegalArgumentException if the lengths do not fit each other, a label is not allowed or a pixel is not
     *     finite
     */
    public static Dataset ofFloats(float[] pixels, int features, int[] labels) {
        ByteBuffer direct = DirectMemory.allocate((long) pixels.length * Float.BYTES, "pixels");
        direct.asFloatBuffer().put(pixels);
        IntBuffer wrapped = labels == null ? null : IntBuffer.wrap(labels);
        return of(direct, PixelType.FLOAT32, new int[] {features}, wrapped, DEFAULT_IGNORE_INDEX);
    }

    /**
     * A data set that uses the given pixels in place; they must not be changed afterwards. Labels are copied.
     *
     * @param pixels direct, from position to limit [n, sampleShape…], row-major; floats in native byte order, aligned
     *     to 4 bytes, finite. Bytes are scaled by {@link #UNIT_SCALE} ({@link #withScale} changes that)
     * @param sampleShape e.g. {28, 28}
     * @param labels from position to limit [n], each 0 or more or `ignoreIndex`; null if there are none
     * @param ignoreIndex the label of samples that take no part in the loss
     * @throws IllegalArgumentException if something of that does not hold
     */
    public static Dataset of(ByteBuffer pixels, PixelType type, int[] sampleShape, IntBuffer labels, long ignoreIndex) {
        SampleChecks.requireDirect(pixels, type);
        int[] shape = sampleShape.clone();
        int features = SampleLayout.features(shape, type);
        if (type == PixelType.FLOAT32) {
            SampleChecks.requireFinite(
                    pixels.slice().order(ByteOrder.nativeOrder()).asFloatBuffer(), features);
        }
        IntBuffer kept = labels == null ? null : DirectMemory.copyOf(labels); // the native side trusts their values
        int classes = labels == null ? 0 : Labels.countClasses(kept, ignoreIndex);
        double scale = type == PixelType.UINT8 ? UNIT_SCALE : 1;
        return new Dataset(
                new SampleLayout(type, shape, scale, ignoreIndex, classes, List.of(), List.of()), pixels, kept);
    }

    /**
     * A data set that is filled row by row, of any size that the machine's memory has room for.
     *
     * @param features of a sample, 1 or more
     * @param rows samples, 1 or more
     */
    public static DatasetBuilder builder(int features, int rows) {
        return new DatasetBuilder(features, rows);
    }

    /** Number of samples, 1 or more. */
    public int size() {
        return open().size();
    }

    /** Pixels of a sample: the product of {@link #sampleShape()}. */
    public int features() {
        return open().layout().features();
    }

    /** Shape of one sample as the file has it, e.g. {28, 28}; a copy. */
    public int[] sampleShape() {
        return open().layout().sampleShape().clone();
    }

    public PixelType pixelType() {
        return open().layout().type();
    }

    /** What bytes are multiplied by to give the values the network sees: 1/255 by default. 1 for floats. */
    public double scale() {
        return open().layout().scale();
    }

    /** Which numbers there are, before the {@link #scale()}; measured once, in a pass over them, bytes aside. */
    public NumberRange range() {
        NumberRange known = range;
        if (known == null) {
            Samples m = open();
            known = m.pixels().range(m.layout().type());
            range = known;
        }
        return known;
    }

    /** Whether the samples look like pictures: of two dimensions or more, or of {@link #PICTURE_FEATURES} or more. */
    public boolean hasPictures() {
        return SampleLayout.arePictures(open().layout().sampleShape());
    }

    /**
     * Number of classes: that of the file's options if told, else the largest label + 1, ignored labels aside. A part
     * of a data set ({@link #limit}, {@link #select}, {@link #split}) has as many as the whole. 0 without labels.
     */
    public int classes() {
        return open().layout().classes();
    }

    /** Names of the classes, in the order of their labels, where the file had names; else empty. */
    public List<String> classNames() {
        return open().layout().classNames();
    }

    /** Names of the features [features], in their order, where the file had names; else empty. */
    public List<String> featureNames() {
        return open().layout().featureNames();
    }

    /** The label of samples that take no part in the loss. */
    public long ignoreIndex() {
        return open().layout().ignoreIndex();
    }

    /**
     * The label of sample i.
     *
     * @throws IndexOutOfBoundsException if there is no sample i
     * @throws IllegalStateException if there are no labels
     */
    public int label(int i) {
        return open().taught().requireLabels().get(i);
    }

    /** The values [features] that the network sees for sample i; a copy. */
    public float[] sample(int i) {
        Samples m = open();
        float[] values = new float[m.layout().features()];
        m.copySample(Objects.checkIndex(i, m.size()), values);
        return values;
    }

    /**
     * All pixels, row-major [size, features]: a read-only direct view in native byte order.
     *
     * @throws IllegalStateException if they are more than the 2 GiB that a buffer can hold
     */
    public ByteBuffer pixels() {
        Samples m = open();
        if (m.pixels().bytes() > DirectMemory.MAX_BYTES) {
            throw new IllegalStateException("the pixels are " + m.pixels().bytes()
                    + " bytes, more than a buffer can hold: ask for them part by part, pixels(first, count)");
        }
        return pixels(0, m.size());
    }

    /**
     * The pixels of samples [first, first + count), row-major [count, features]: a read-only direct view in native byte
     * order. All samples lie one after the other: behind a view of the first ones the memory goes on with the others.
     *
     * @throws IndexOutOfBoundsException if there are no such samples
     * @throws IllegalArgumentException if they are more than the 2 GiB that a buffer can hold
     */
    public ByteBuffer pixels(int first, int count) {
        return open().pixels().view(first, count).asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    /**
     * All labels [size]: a read-only direct view in native byte order.
     *
     * @throws IllegalStateException if there are none
     */
    public IntBuffer labels() {
        return open().taught().requireLabels().asReadOnlyBuffer();
    }

    /** Whether there are {@link #labels()}. */
    public boolean hasLabels() {
        return open().taught().labels() != null;
    }

    /** Whether there are {@link #targets()}. */
    public boolean hasTargets() {
        return open().taught().targets() != null;
    }

    /** Targets of a sample; 0 where there are none. */
    public int outputs() {
        return open().taught().outputs();
    }

    /**
     * What the net's outputs should be, row-major [size, outputs], finite: a read-only direct view in native byte
     * order.
     *
     * @throws IllegalStateException if there are none
     */
    public FloatBuffer targets() {
        return open().taught().requireTargets().asReadOnlyBuffer();
    }

    /** Names of the targets [outputs], in their order, where the file had names; else empty. */
    public List<String> targetNames() {
        return open().taught().targetNames();
    }

    /** How much each sample counts [size], 0 or more: a read-only direct view; empty where each counts 1. */
    public Optional<FloatBuffer> sampleWeights() {
        return Optional.ofNullable(open().taught().weights()).map(FloatBuffer::asReadOnlyBuffer);
    }

    /**
     * The same samples in the same memory, with these targets instead of others; labels stay.
     *
     * @param values [size, outputs], row-major, finite; copied
     * @param outputs targets of a sample, 1 or more
     * @throws IllegalArgumentException if the lengths do not fit or a target is not finite
     */
    public Dataset withTargets(float[] values, int outputs) {
        return taught(kept -> kept.withTargets(Supervision.targets(values, Math.max(1, outputs)), outputs));
    }

    /**
     * The same samples in the same memory; the targets of each are the values [features] that the network sees of it:
     * what an autoencoder learns.
     */
    public Dataset withInputAsTarget() {
        return changed(Samples::withInputAsTarget);
    }

    /**
     * The same with these names of its targets.
     *
     * @param names [outputs], or empty
     */
    public Dataset withTargetNames(List<String> names) {
        return taught(kept -> kept.withTargetNames(names));
    }

    /**
     * The same samples in the same memory, each counting so much in loss and gradient.
     *
     * @param weights [size], finite and 0 or more; copied
     * @throws IllegalArgumentException if they are more or fewer, or one is not allowed
     */
    public Dataset withSampleWeights(float[] weights) {
        return taught(kept -> kept.withWeights(Supervision.weights(weights)));
    }

    /**
     * The same samples under another scale. Bytes are shared, not copied; floats are multiplied into new memory, unless
     * the factor is 1.
     *
     * @param scale for bytes the new {@link #scale()}, for floats a factor; finite and above 0
     */
    public Dataset withScale(double scale) {
        return new Dataset(open().scaled(scale));
    }

    /**
     * The same samples in the same memory, under another {@link #ignoreIndex()}; the number of classes stays.
     *
     * @throws IllegalArgumentException if a label is negative and not `ignoreIndex`
     */
    public Dataset withIgnoreIndex(long ignoreIndex) {
        return new Dataset(open().ignoring(ignoreIndex));
    }

    /**
     * The same samples in the same memory, under another {@link #sampleShape()} of as many features, e.g. {28, 28}.
     *
     * @throws IllegalArgumentException if it has more or fewer
     */
    public Dataset withSampleShape(int... shape) {
        Samples m = open();
        return new Dataset(m.with(m.layout().shaped(shape)));
    }

    /** The first n samples (all of them if there are fewer), in the same memory. n is 1 or more. */
    public Dataset limit(int n) {
        return new Dataset(open().first(n));
    }

    /**
     * The samples of the given indices, in that order, in new memory; an index may come more than once.
     *
     * @param indices at least one, each 0 … size − 1
     * @throws IndexOutOfBoundsException if one is not a sample
     */
    public Dataset select(int[] indices) {
        return new Dataset(open().select(indices));
    }

    /**
     * Holds a share of the samples out. Which ones depends on the seed alone; both parts keep the file's order.
     *
     * @param validationShare above 0 and below 1; the nearest whole number of samples is taken, at least one, and at
     *     least one is left
     */
    public TrainingData split(double validationShare, long seed) {
        Samples.Split parts = open().split(validationShare, seed);
        return TrainingData.withValidation(select(parts.training()), select(parts.validation()));
    }

    /** Bytes of direct or mapped memory that this data set refers to. */
    public long nativeBytes() {
        Samples m = open();
        return m.pixels().bytes() + m.taught().bytes();
    }

    /** Drops this object's hold on the memory; a second call does nothing. */
    @Override
    public void close() {
        content = null;
    }

    @Override
    public String toString() {
        Samples m = content;
        return "Dataset[" + (m == null ? "closed" : m) + "]";
    }

    /** The same samples in the same memory, taught otherwise. */
    Dataset taught(UnaryOperator<Supervision> change) {
        return changed(m -> m.with(change.apply(m.taught())));
    }

    Dataset changed(UnaryOperator<Samples> change) {
        return new Dataset(change.apply(open()));
    }

    /** The same samples as float32, every value (as the network sees it) changed by `map`. */
    Dataset map(Samples.ValueMap map) {
        return changed(m -> m.map(map));
    }

    /** What it holds, for loops over all samples. */
    Samples samples() {
        return open();
    }

    private Samples open() {
        Samples m = content;
        if (m == null) {
            throw new IllegalStateException("dataset is closed");
        }
        return m;
    }
}
