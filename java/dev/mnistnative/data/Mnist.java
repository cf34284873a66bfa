package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;

/**
 * The MNIST database of handwritten digits, embedded: 28 × 28 bytes a sample, labels 0–9. Every call reads it anew
 * (fast enough to need no cache) and holds their contents against their CRC-32.
 *
 * <p>Source and licence (CC BY-SA 3.0) are in the NOTICE beside the files.
 */
public final class Mnist {
    /** What names the missing jar to an embedder. */
    private static final String ARTIFACT = "dev.mnistnative:mnist-native:data";

    private static final int SIDE = 28;
    private static final int CLASSES = 10;
    private static final int IMAGES_HEADER = 16;
    private static final int LABELS_HEADER = 8;

    /** One of the four files: its name, and the length and CRC-32 of its contents. */
    record Part(String name, int bytes, long crc32) {
        String resource() {
            return "mnist/" + name + ".gz";
        }
    }

    static final Part TRAIN_IMAGES =
            new Part("train-images-idx3-ubyte", IMAGES_HEADER + 60_000 * SIDE * SIDE, 0xe9f4d8b3L);
    static final Part TRAIN_LABELS = new Part("train-labels-idx1-ubyte", LABELS_HEADER + 60_000, 0xe0cb4ad2L);
    static final Part TEST_IMAGES =
            new Part("t10k-images-idx3-ubyte", IMAGES_HEADER + 10_000 * SIDE * SIDE, 0x91373bdfL);
    static final Part TEST_LABELS = new Part("t10k-labels-idx1-ubyte", LABELS_HEADER + 10_000, 0x4ab9eff9L);

    private Mnist() {}

    /**
     * The 60,000 training samples.
     *
     * @throws UncheckedIOException if the embedded files are missing or damaged: they belong to the library
     */
    public static Dataset train() {
        return embedded(TRAIN_IMAGES, TRAIN_LABELS);
    }

    /**
     * The 10,000 test samples.
     *
     * @throws UncheckedIOException if the embedded files are missing or damaged: they belong to the library
     */
    public static Dataset test() {
        return embedded(TEST_IMAGES, TEST_LABELS);
    }

    private static Dataset embedded(Part images, Part labels) {
        try {
            return load(images, labels, Mnist::open);
        } catch (DataFormatException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** `resources` gives the stream of a resource's name, or null. */
    static Dataset load(Part images, Part labels, Function<String, InputStream> resources) throws DataFormatException {
        ByteBuffer labelBytes = read(labels, resources);
        ByteBuffer imageBytes = read(images, resources);
        int size = labels.bytes() - LABELS_HEADER;
        var ints = DirectMemory.allocateInts(size, labels.name());
        for (int i = 0; i < size; i++) {
            ints.put(i, labelBytes.get(LABELS_HEADER + i));
        }
        var layout = new SampleLayout(
                PixelType.UINT8,
                new int[] {SIDE, SIDE},
                Dataset.UNIT_SCALE,
                Dataset.DEFAULT_IGNORE_INDEX,
                CLASSES,
                List.of(),
                List.of());
        return new Dataset(layout, imageBytes.position(IMAGES_HEADER), ints);
    }

    private static InputStream open(String resource) {
        InputStream beside = Mnist.class.getResourceAsStream(resource);
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (beside != null || context == null) {
            return beside;
        }
        return context.getResourceAsStream(Mnist.class.getPackageName().replace('.', '/') + "/" + resource);
    }

    private static ByteBuffer read(Part part, Function<String, InputStream> resources) throws DataFormatException {
        try (InputStream resource = resources.apply(part.resource())) {
            if (resource == null) {
                throw DataFormatException.of(
                        part.resource(),
                        "the embedded MNIST is not on the class path",
                        "add the artifact " + ARTIFACT + " (classifier data) or give data files of your own");
            }
            return decompress(part, resource);
        } catch (DataFormatException e) {
            throw e;
        } catch (IOException e) {
            throw damaged(part, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * CRC-32, not a stronger sum: this is against damage, not against intent, for which the jars' checksums are. A young
     * JVM would take as long for SHA-256 as for the rest.
     */
    private static ByteBuffer decompress(Part part, InputStream compressed) throws IOException {
        ByteBuffer contents = DirectMemory.allocateFor(part.resource(), part.bytes());
        CRC32 sum = new CRC32();
        byte[] chunk = new byte[1 << 16];
        try (GZIPInputStream in = new GZIPInputStream(compressed, chunk.length)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                if (n > contents.remaining()) {
                    throw damaged(part, "it is longer than " + part.bytes() + " bytes", null);
                }
                contents.put(chunk, 0, n);
                sum.update(chunk, 0, n);
            }
        }
        if (contents.hasRemaining()) {
            throw damaged(part, "it ends " + contents.remaining() + " bytes early", null);
        }
        if (sum.getValue() != part.crc32()) {
            throw damaged(part, "its CRC-32 is wrong", null);
        }
        return contents.flip();
    }

    private static DataFormatException damaged(Part part, String why, Throwable cause) {
        return new DataFormatException(
                part.resource() + ": the embedded file is damaged (" + why + "); get the jar " + ARTIFACT + " anew.",
                cause);
    }
}
