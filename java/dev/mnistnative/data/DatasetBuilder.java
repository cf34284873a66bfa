package dev.mnistnative.data;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.BitSet;
import java.util.List;

/**
 * Fills a data set row by row, in any order: each row goes straight to its place in native memory, of more than 2 GiB
 * if need be. While every value put is the float32 nearest to k / 255 for a whole k of 0 … 255, a pixel takes one byte;
 * the first other value turns all of them into float32. The values that the network sees are the same either way.
 *
 * <p>A row that is put again replaces the one before. Not for several threads at once.
 */
public final class DatasetBuilder {
    private static final int BRIGHTEST = 255;
    private static final String WHAT = "the data set";

    private final int features;
    private final int rows;
    private final long mostPerBlock;
    private final BitSet there = new BitSet();
    private final BitSet labelled = new BitSet();
    private final IntBuffer labels;
    private int[] sampleShape;
    private List<String> classNames = List.of();
    private long ignoreIndex = Dataset.DEFAULT_IGNORE_INDEX;
    private PixelType type = PixelType.UINT8;
    private SampleMemory pixels; // null once the data set is built

    DatasetBuilder(int features, int rows) {
        this(features, rows, DirectMemory.MAX_BYTES);
    }

    /**
     * @param mostPerBlock bytes that one buffer holds, at least a row's as floats; less than possible for tests alone
     */
    DatasetBuilder(int features, int rows, long mostPerBlock) {
        this.features = SampleLayout.features(new int[] {features}, PixelType.FLOAT32);
        this.rows = rows;
        this.mostPerBlock = mostPerBlock;
        this.sampleShape = new int[] {features};
        if (rows < 1) {
            throw new IllegalArgumentException("rows must be 1 or more, not " + rows);
        }
        labels = DirectMemory.allocateInts(rows, "the labels");
        pixels = SampleMemory.allocate(rows, features, mostPerBlock, WHAT);
    }

    /** The shape of a sample, e.g. {28, 28}; without it {features}. */
    public DatasetBuilder sampleShape(int... shape) {
        int wanted = SampleLayout.features(shape, PixelType.FLOAT32);
        if (wanted != features) {
            throw new IllegalArgumentException(
                    "the sample shape has " + wanted + " features, but a row has " + features);
        }
        sampleShape = shape.clone();
        return this;
    }

    /** What the classes are called, in the order of their labels; empty without it. */
    public DatasetBuilder classNames(List<String> names) {
        classNames = List.copyOf(names);
        return this;
    }

    /** The label of samples that take no part in the loss; {@link Dataset#DEFAULT_IGNORE_INDEX} without it. */
    public DatasetBuilder ignoreIndex(long label) {
        ignoreIndex = label;
        return this;
    }

    /**
     * Puts a row and its label.
     *
     * @param index 0 … rows − 1
     * @param values [features], finite; copied
     * @param label 0 or more, or the ignore_index
     */
    public DatasetBuilder put(int index, float[] values, int label) {
        put(index, values);
        return label(index, label);
    }

    /**
     * Puts a row of bytes, each standing for the float32 nearest to b / 255, and its label.
     *
     * @param index 0 … rows − 1
     * @param values [features], unsigned; copied
     * @param label 0 or more, or the ignore_index
     */
    public DatasetBuilder put(int index, byte[] values, int label) {
        put(index, values);
        return label(index, label);
    }

    /** Puts a row without a label; then no row may have one. */
    public DatasetBuilder put(int index, float[] values) {
        check(index, values.length);
        for (int f = 0; f < features; f++) {
            SampleChecks.requireFinite(index, f, values[f]);
        }
        if (type == PixelType.UINT8 && !putAsBytes(index, values)) {
            turnIntoFloats();
        }
        if (type == PixelType.FLOAT32) {
            pixels.floats(index).put(values);
        }
        return done(index);
    }

    /** Puts a row of bytes without a label; then no row may have one. */
    public DatasetBuilder put(int index, byte[] values) {
        check(index, values.length);
        if (type == PixelType.UINT8) {
            pixels.blockOf(index).put(pixels.offsetOf(index), values);
        } else {
            float[] row = new float[features];
            for (int f = 0; f < features; f++) {
                row[f] = unit(values[f]);
            }
            pixels.floats(index).put(row);
        }
        return done(index);
    }

    /**
     * The data set of all rows. The builder is at its end: the memory is the data set's.
     *
     * @throws IllegalArgumentException if a row is missing, only some have labels, or a label is not allowed
     */
    public Dataset build() {
        open();
        int missing = there.nextClearBit(0);
        if (missing < rows) {
            throw new IllegalArgumentException("row " + missing + " is missing, and " + (rows - there.cardinality())
                    + " of " + rows + " in all: put every row before build");
        }
        int unlabelled = labelled.nextClearBit(0);
        if (unlabelled < rows && !labelled.isEmpty()) {
            throw new IllegalArgumentException("row " + unlabelled + " has no label, but " + labelled.cardinality()
                    + " rows have one: give all rows labels, or none");
        }
        boolean hasLabels = unlabelled >= rows;
        int classes = hasLabels ? Math.max(classNames.size(), Labels.countClasses(labels, ignoreIndex)) : 0;
        double scale = type == PixelType.UINT8 ? Dataset.UNIT_SCALE : 1;
        SampleLayout layout = new SampleLayout(type, sampleShape, scale, ignoreIndex, classes, classNames, List.of());
        Dataset built = new Dataset(new Samples(layout, pixels, Supervision.ofLabels(hasLabels ? labels : null)));
        pixels = null;
        return built;
    }

    private DatasetBuilder label(int index, int label) {
        labels.put(index, label);
        labelled.set(index);
        return this;
    }

    private DatasetBuilder done(int index) {
        there.set(index);
        labelled.clear(index);
        return this;
    }

    private void check(int index, int length) {
        open();
        if (index < 0 || index >= rows) {
            throw new IndexOutOfBoundsException("row " + index + " is none of the rows 0 … " + (rows - 1));
        }
        if (length != features) {
            throw new IllegalArgumentException(
                    "row " + index + " has " + length + " values, but every row has " + features + " features");
        }
    }

    private void open() {
        if (pixels == null) {
            throw new IllegalStateException("the data set is built: begin another builder");
        }
    }

    /** Whether all values are k / 255; then they are put. */
    private boolean putAsBytes(int index, float[] values) {
        byte[] row = new byte[features];
        for (int f = 0; f < features; f++) {
            int k = Math.round(values[f] * BRIGHTEST);
            row[f] = (byte) k;
            if (k < 0 || k > BRIGHTEST || Float.floatToRawIntBits(values[f]) != Float.floatToRawIntBits(unit(row[f]))) {
                return false;
            }
        }
        pixels.blockOf(index).put(pixels.offsetOf(index), row);
        return true;
    }

    private void turnIntoFloats() {
        SampleMemory floats = SampleMemory.allocate(rows, features * Float.BYTES, mostPerBlock, WHAT);
        float[] row = new float[features];
        for (int i = there.nextSetBit(0); i >= 0; i = there.nextSetBit(i + 1)) {
            ByteBuffer block = pixels.blockOf(i);
            int start = pixels.offsetOf(i);
            for (int f = 0; f < features; f++) {
                row[f] = unit(block.get(start + f));
            }
            floats.floats(i).put(row);
        }
        pixels = floats;
        type = PixelType.FLOAT32;
    }

    /** What the network sees of a byte. */
    private static float unit(byte value) {
        return (float) ((value & 0xff) * Dataset.UNIT_SCALE);
    }
}
