package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.ElementType;
import dev.mnistnative.array.ArrayHeader;
import dev.mnistnative.array.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Locale;

/** Reads the numbers behind an {@link ArrayHeader}: pixels in place or converted on the way, labels as int32. */
final class ArrayReader {
    /** A multiple of every element size. */
    private static final int CHUNK = 1 << 16;

    private final Content content;
    private final ArrayHeader header;

    private ArrayReader(Content content, ArrayHeader header) throws IOException {
        this.content = content;
        this.header = header;
        requireTrueLength();
    }

    /** Pixels as they lie in memory, row-major [N, sampleShape…]. */
    record Pixels(PixelType type, double scale, int[] sampleShape, ByteBuffer memory) {}

    /** Reads an array [N, …] of at least two dimensions; every value must be a finite float32. */
    static Pixels pixels(Content content, ArrayHeader header, ReadOptions options) throws IOException {
        if (header.shape().length < 2) {
            throw DataFormatException.of(
                    content.name(),
                    "its shape " + Arrays.toString(header.shape()) + " has one dimension, but images are [N, …]",
                    "check that images and labels are not exchanged");
        }
        DirectMemory.requireFits(memoryBytes(header), content.name() + " " + header.describe());
        ByteBuffer memory = new ArrayReader(content, header).pixelMemory();
        PixelType type = pixelType(header.type());
        if (type == PixelType.UINT8 && header.shape().length == 3 && FolderFiles.isEmnist(content.name())) {
            options.notes()
                    .accept(content.name() + ": EMNIST keeps its images with rows and columns exchanged; they are"
                            + " turned upright");
            memory = Transposition.ofSamples(memory, header);
        }
        if (type == PixelType.FLOAT32) {
            requireFinite(memory.asFloatBuffer(), content.name(), header.elements() / header.size());
        }
        if (arePicturesOfBytes(header, memory)) {
            String kind = header.type().name().toLowerCase(Locale.ROOT);
            options.notes()
                    .accept(content.name() + ": its " + kind + " pixels are whole numbers of 0 … 255: they are taken as"
                            + " bytes, which are scaled by 1/255 where neither a model nor --scale says otherwise");
            return new Pixels(PixelType.UINT8, Dataset.UNIT_SCALE, header.sampleShape(), toBytes(memory));
        }
        return new Pixels(type, defaultScale(header.type()), header.sampleShape(), memory);
    }

    /** Whether whole numbers of a wider type, kept as floats so far, are pixels that a byte holds. */
    private static boolean arePicturesOfBytes(ArrayHeader header, ByteBuffer floats) {
        ElementType type = header.type();
        if (type.isFloatingPoint() || pixelType(type) == PixelType.UINT8) {
            return false;
        }
        int features = SampleLayout.features(header.sampleShape(), PixelType.FLOAT32);
        return SampleLayout.arePictures(header.sampleShape())
                && SampleMemory.of(floats, features * Float.BYTES)
                        .range(PixelType.FLOAT32)
                        .isOfBytes();
    }

    private static ByteBuffer toBytes(ByteBuffer floats) {
        FloatBuffer values = floats.asFloatBuffer();
        ByteBuffer bytes = DirectMemory.allocate(values.limit(), "the pixels");
        for (int i = 0; i < values.limit(); i++) {
            bytes.put(i, (byte) values.get(i));
        }
        return bytes;
    }

    /** Reads an array [N] or [N, 1] of class numbers, or [N, K] of their one-hot form. */
    static IntBuffer labels(Content content, ArrayHeader header, ReadOptions options) throws IOException {
        if (header.shape().length == 2 && header.shape()[1] > 1 && !header.fortran()) {
            return oneHot(content, header, options);
        }
        if (Arrays.stream(header.shape()).skip(1).anyMatch(d -> d != 1)) {
            throw DataFormatException.of(
                    content.name(),
                    "its shape is " + Arrays.toString(header.shape()) + ", but labels are [N]",
                    "give one class number a sample and check that images and labels are not exchanged");
        }
        DirectMemory.requireFits(header.elements() * Integer.BYTES, content.name() + " " + header.describe());
        GrowingMemory memory = new ArrayReader(content, header).convert(Integer.BYTES, (values, count, first, to) -> {
            for (int i = 0; i < count; i++) {
                to.putInt(Labels.check(values[i], first + i, options, content.name()));
            }
        });
        return memory.finish().asIntBuffer();
    }

    /** Reads an array [N] or [N, …], each sample's numbers being its targets; every value must be a finite float32. */
    static Supervision targets(Content content, ArrayHeader header) throws IOException {
        FloatBuffer values = floats(
                content,
                header,
                (sample, column, value) -> Float.isFinite((float) value)
                        ? null
                        : "sample " + sample + ", output " + column + " is " + value
                                + ", but targets must be finite float32 numbers");
        return Supervision.ofLabels(null).withTargets(values, Math.toIntExact(header.elements() / header.size()));
    }

    /** Reads an array [N] or [N, 1] of the samples' weights; each must be finite and 0 or more. */
    static FloatBuffer weights(Content content, ArrayHeader header) throws IOException {
        if (header.elements() != header.shape()[0]) {
            throw DataFormatException.of(
                    content.name(),
                    "its shape is " + Arrays.toString(header.shape()) + ", but sample weights are [N]",
                    "give one number a sample");
        }
        return floats(
                content,
                header,
                (sample, column, value) -> value >= 0 && Float.isFinite((float) value)
                        ? null
                        : "that of sample " + sample + " is " + value
                                + ", but weights must be finite numbers of 0 or more");
    }

    /** What is wrong with a value of a file, null if nothing. */
    private interface ValueCheck {
        String fault(long sample, long column, double value);
    }

    private static FloatBuffer floats(Content content, ArrayHeader header, ValueCheck check) throws IOException {
        DirectMemory.requireFits(header.elements() * Float.BYTES, content.name() + " " + header.describe());
        long size = header.shape()[0];
        long each = header.elements() / size;
        GrowingMemory memory = new ArrayReader(content, header).convert(Float.BYTES, (values, count, first, to) -> {
            for (int i = 0; i < count; i++) {
                long at = first + i;
                String fault = header.fortran()
                        ? check.fault(at % size, at / size, values[i])
                        : check.fault(at / each, at % each, values[i]);
                if (fault != null) {
                    throw DataFormatException.of(content.name(), fault, "clean the data");
                }
            }
            putFloats(values, count, to);
        });
        ByteBuffer floats = memory.finish();
        return (header.fortran() ? Transposition.toRowMajor(floats, header, Float.BYTES) : floats).asFloatBuffer();
    }

    private static IntBuffer oneHot(Content content, ArrayHeader header, ReadOptions options) throws IOException {
        int classes = header.sampleShape()[0];
        int[] label = {-1}; // of the row that is read
        GrowingMemory memory = new GrowingMemory(1 << 12, DirectMemory.MAX_BYTES, content.name());
        new ArrayReader(content, header).convert(0, (values, count, first, none) -> {
            for (int i = 0; i < count; i++) {
                int column = (int) ((first + i) % classes);
                if (values[i] == 1 && label[0] < 0) {
                    label[0] = column;
                } else if (values[i] != 0) {
                    throw noOneHot(content, header, (first + i) / classes);
                }
                if (column == classes - 1) {
                    if (label[0] < 0) {
                        throw noOneHot(content, header, (first + i) / classes);
                    }
                    int checked = Labels.check(label[0], (first + i) / classes, options, content.name());
                    memory.withRoomFor(Integer.BYTES).putInt(checked);
                    label[0] = -1;
                }
            }
        });
        options.notes()
                .accept(content.name() + ": its " + Arrays.toString(header.shape())
                        + " labels are taken for the one-hot form of " + classes + " classes");
        return memory.finish().asIntBuffer();
    }

    private static DataFormatException noOneHot(Content content, ArrayHeader header, long row) {
        return DataFormatException.of(
                content.name(),
                "its shape is " + Arrays.toString(header.shape()) + ", but labels are [N]; nor is row " + row
                        + " the one-hot form of a class, one 1 among zeros",
                "give one class number a sample and check that images and labels are not exchanged");
    }

    /** @throws DataFormatException naming the first value that is no finite float32 */
    static void requireFinite(FloatBuffer values, String file, long features) throws DataFormatException {
        int bad = SampleChecks.firstNonFinite(values);
        if (bad >= 0) {
            throw DataFormatException.of(
                    file,
                    "sample " + bad / features + ", feature " + bad % features + " is " + values.get(bad)
                            + " as float32, but pixels must be finite",
                    "clean the data");
        }
    }

    /** How a pixel of this type is kept: numbers of one unsigned byte as bytes, all others as float32. */
    static PixelType pixelType(ElementType type) {
        return type == ElementType.UINT8 || type == ElementType.BOOL ? PixelType.UINT8 : PixelType.FLOAT32;
    }

    /** Scale of the pixels unless told otherwise: 1/255 for bytes, 1 for all others. */
    private static double defaultScale(ElementType type) {
        return type == ElementType.UINT8 ? Dataset.UNIT_SCALE : 1;
    }

    private static long memoryBytes(ArrayHeader header) {
        return header.elements() * pixelType(header.type()).bytes();
    }

    /** Where the file's size is known, holds it against the header before anything is allocated. */
    private void requireTrueLength() throws IOException {
        long there = content.remaining();
        if (there >= 0 && there < header.payloadBytes()) {
            throw truncated(there);
        }
        if (there > header.payloadBytes()) {
            throw content.trailing();
        }
    }

    private ByteBuffer pixelMemory() throws IOException {
        boolean asInMemory = header.type() == ElementType.UINT8
                || header.type() == ElementType.FLOAT32 && header.order() == ByteOrder.nativeOrder();
        GrowingMemory memory;
        if (asInMemory && !content.isStreamed()) {
            memory = stream(
                    GrowingMemory.ofRoom(header.payloadBytes(), content.name()),
                    header.type().bytes(),
                    (chunk, first, to) -> to.put(chunk));
        } else if (asInMemory) {
            memory = stream(header.type().bytes(), (chunk, first, to) -> to.put(chunk));
        } else if (pixelType(header.type()) == PixelType.UINT8) {
            memory = convert(1, (values, count, first, to) -> putBytes(values, count, to));
        } else {
            memory = convert(Float.BYTES, (values, count, first, to) -> putFloats(values, count, to));
        }
        return header.fortran()
                ? Transposition.toRowMajor(
                        memory.finish(), header, pixelType(header.type()).bytes())
                : memory.finish();
    }

    private static void putBytes(double[] values, int count, ByteBuffer to) {
        for (int i = 0; i < count; i++) {
            to.put((byte) values[i]);
        }
    }

    private static void putFloats(double[] values, int count, ByteBuffer to) {
        for (int i = 0; i < count; i++) {
            to.putFloat((float) values[i]);
        }
    }

    /** Puts `count` elements into memory; `first` is the number in the file of the first of them. */
    private interface ValueSink {
        void put(double[] values, int count, long first, ByteBuffer to) throws IOException;
    }

    /** Puts a chunk of elements, as they are in the file, into memory. */
    private interface ChunkSink {
        void put(ByteBuffer chunk, long first, ByteBuffer to) throws IOException;
    }

    /** Streams all elements through `sink`, which writes `bytesEach` for each of them. */
    private GrowingMemory convert(int bytesEach, ValueSink sink) throws IOException {
        ElementType type = header.type();
        double[] values = new double[CHUNK / type.bytes()];
        return stream(bytesEach, (chunk, first, to) -> {
            int count = chunk.remaining() / type.bytes();
            type.toDoubles(chunk, values, count);
            sink.put(values, count, first, to);
        });
    }

    private GrowingMemory stream(int bytesEach, ChunkSink sink) throws IOException {
        long total = header.elements() * bytesEach;
        long start = content.isStreamed() ? Math.min(total, GrowingMemory.FIRST_BYTES) : total;
        return stream(new GrowingMemory(start, total, content.name()), bytesEach, sink);
    }

    private GrowingMemory stream(GrowingMemory memory, int bytesEach, ChunkSink sink) throws IOException {
        int elementBytes = header.type().bytes();
        byte[] bytes = new byte[CHUNK];
        long read = 0;
        while (read < header.payloadBytes()) {
            int wanted = (int) Math.min(CHUNK, header.payloadBytes() - read);
            int n = content.read(bytes, wanted);
            if (n < wanted) {
                throw truncated(read + n);
            }
            ByteBuffer chunk = ByteBuffer.wrap(bytes, 0, n).order(header.order());
            sink.put(chunk, read / elementBytes, memory.withRoomFor(n / elementBytes * bytesEach));
            read += n;
        }
        content.requireEnd();
        return memory;
    }

    private DataFormatException truncated(long there) throws IOException {
        content.requireUnchanged();
        return DataFormatException.of(
                content.name(),
                "it is cut off: " + header.describe() + " takes " + header.payloadBytes() + " bytes, but " + there
                        + " are there",
                "copy or write the file again");
    }
}
