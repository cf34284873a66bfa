package dev.mnistnative.bench;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Mlp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Locale;
import java.util.SplittableRandom;

/** What a benchmark trains on: the embedded MNIST where it fits the net, else made-up bytes of which none is zero. */
public final class BenchmarkSamples {
    private static final int MNIST_FEATURES = 784;
    private static final int MNIST_CLASSES = 10;
    private static final int MNIST_TRAIN = 60_000;
    private static final int MNIST_TEST = 10_000;
    private static final int BRIGHTEST = 255;

    private BenchmarkSamples() {}

    /** Whether MNIST is of the net's shape. */
    public static boolean mnistFits(Mlp layers) {
        return layers.features() == MNIST_FEATURES && layers.classes() >= MNIST_CLASSES;
    }

    /** The embedded training and test set. */
    public static TrainingData mnist() {
        return TrainingData.withTest(Mnist.train(), Mnist.test());
    }

    /**
     * Bytes from 1 to 255 and labels at random, always the same: as many samples as MNIST has, or where they are wider
     * as many as need MNIST's memory, but at least a batch.
     */
    public static TrainingData madeUp(Mlp layers, int batchSize) {
        return TrainingData.withTest(madeUp(layers, MNIST_TRAIN, batchSize), madeUp(layers, MNIST_TEST, 1));
    }

    private static Dataset madeUp(Mlp layers, int most, int least) {
        int features = layers.features();
        long fitting = Math.min(most, (long) most * MNIST_FEATURES / features);
        long samples = Math.max(fitting, least), bytes = samples * features;
        if (Math.max(bytes, samples * Integer.BYTES) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a batch of %d samples of %d features is too large: give a smaller one",
                    least,
                    features));
        }
        SplittableRandom random = new SplittableRandom(features);
        ByteBuffer pixels = ByteBuffer.allocateDirect((int) bytes);
        while (pixels.hasRemaining()) {
            pixels.put((byte) (1 + random.nextInt(BRIGHTEST)));
        }
        IntBuffer labels = ByteBuffer.allocateDirect((int) samples * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        while (labels.hasRemaining()) {
            labels.put(random.nextInt(layers.classes()));
        }
        return Dataset.of(
                pixels.flip(), PixelType.UINT8, new int[] {features}, labels.flip(), Dataset.DEFAULT_IGNORE_INDEX);
    }
}
