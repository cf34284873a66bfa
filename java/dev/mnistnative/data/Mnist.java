package dev.mnistnative.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/**
 * The MNIST database of handwritten digits, embedded: 28 × 28 bytes a sample, labels 0–9. Every call reads it anew
 * (fast enough to need no cache) and holds its contents against their SHA-256.
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
    private static final int CHUNK = 1 << 20;

    /** One of the four files: its name, the length of its contents and their SHA-256. */
    record Part(String name, int bytes, String sha256) {
        String resource() {
            return "mnist/" + name + ".gz";
        }
    }

    static final Part TRAIN_IMAGES = new Part(
            "train-images-idx3-ubyte",
            IMAGES_HEADER + 60_000 * SIDE * SIDE,
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");
    static final Part TRAIN_LABELS = new Part(
            "train-labels-idx1-ubyte",
            LABELS_HEADER + 60_000,
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5");
    static final Part TEST_IMAGES = new Part(
            "t10k-images-idx3-ubyte",
            IMAGES_HEADER + 10_000 * SIDE * SIDE,
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");
    static final Part TEST_LABELS = new Part(
            "t10k-labels-idx1-ubyte",
            LABELS_HEADER + 10_000,
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

    private Mnist() {}

    /**
     * The 60,000 training samples.
     *
     * @throws DataFormatException if the embedded files are missing or damaged
     */
    public static Dataset train() {
        return load(TRAIN_IMAGES, TRAIN_LABELS, Mnist::open);
    }

    /**
     * The 10,000 test samples.
     *
     * @throws DataFormatException if the embedded files are missing or damaged
     */
    public static Dataset test() {
        return load(TEST_IMAGES, TEST_LABELS, Mnist::open);
    }

    /** `resources` gives the stream of a resource's name, or null. */
    static Dataset load(Part images, Part labels, Function<String, InputStream> resources) {
        ByteBuffer labelBytes = read(labels, resources);
        ByteBuffer imageBytes = read(images, resources);
        int size = labels.bytes() - LABELS_HEADER;
        var ints = DirectMemory.allocateInts(size, labels.name());
        for (int i = 0; i < size; i++) {
            ints.put(i, labelBytes.get(LABELS_HEADER + i));
        }
        var layout = new Dataset.Layout(
                PixelType.UINT8,
                new int[] {SIDE, SIDE},
                Dataset.UNIT_SCALE,
                Dataset.DEFAULT_IGNORE_INDEX,
                CLASSES,
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

    /** Decompresses on this thread while another one hashes what is there already. */
    private static ByteBuffer read(Part part, Function<String, InputStream> resources) {
        ExecutorService hasher = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "mnist-sha256");
            thread.setDaemon(true);
            return thread;
        });
        try (InputStream compressed = resources.apply(part.resource())) {
            if (compressed == null) {
                throw DataFormatException.of(
                        part.resource(),
                        "the embedded MNIST is not on the class path",
                        "add the artifact " + ARTIFACT + " (classifier data) or give data files of your own");
            }
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            ByteBuffer contents = decompress(part, compressed, chunk -> hasher.execute(() -> digest.update(chunk)));
            Future<byte[]> sum = hasher.submit(() -> digest.digest());
            if (!HexFormat.of().formatHex(sum.get()).equals(part.sha256())) {
                throw damaged(part, "its SHA-256 is wrong", null);
            }
            return contents;
        } catch (IOException e) {
            throw damaged(part, String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading " + part.resource(), e);
        } catch (ExecutionException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 of " + part.resource() + " could not be computed", e);
        } finally {
            hasher.shutdown();
        }
    }

    private interface ChunkSink {
        void accept(ByteBuffer chunk);
    }

    private static ByteBuffer decompress(Part part, InputStream compressed, ChunkSink sink) throws IOException {
        ByteBuffer contents = DirectMemory.allocate(part.bytes(), part.resource());
        byte[] chunk = new byte[1 << 16];
        int hashed = 0;
        try (GZIPInputStream in = new GZIPInputStream(compressed, chunk.length)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                if (n > contents.remaining()) {
                    throw damaged(part, "it is longer than " + part.bytes() + " bytes", null);
                }
                contents.put(chunk, 0, n);
                if (contents.position() - hashed >= CHUNK || !contents.hasRemaining()) {
                    sink.accept(contents.slice(hashed, contents.position() - hashed));
                    hashed = contents.position();
                }
            }
        }
        if (contents.hasRemaining()) {
            throw damaged(part, "it ends " + contents.remaining() + " bytes early", null);
        }
        return contents.flip();
    }

    private static DataFormatException damaged(Part part, String why, Throwable cause) {
        return new DataFormatException(
                part.resource() + ": the embedded file is damaged (" + why + "); get the jar " + ARTIFACT + " anew.",
                cause);
    }
}
