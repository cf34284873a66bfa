package dev.mnistnative.train;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Device;
import java.util.Random;

/** A small problem that trains in milliseconds, the same in every process. */
public final class Toy {
    public static final int FEATURES = 7;
    public static final int CLASSES = 3;

    private Toy() {}

    /** Samples whose largest of the first three features is their class, nearly always. */
    public static Dataset data(int samples, long seed) {
        Random random = new Random(seed);
        float[] pixels = new float[samples * FEATURES];
        int[] labels = new int[samples];
        for (int i = 0; i < samples; i++) {
            labels[i] = random.nextInt(CLASSES);
            for (int f = 0; f < FEATURES; f++) {
                pixels[i * FEATURES + f] = random.nextFloat() + (f == labels[i] ? 0.7f : 0);
            }
        }
        return Dataset.ofFloats(pixels, FEATURES, labels);
    }

    public static TrainingSettings.Builder settings() {
        return TrainingSettings.builder(FEATURES, 13, CLASSES)
                .batchSize(16)
                .epochs(3)
                .dropLast(false)
                .optimizer(new Adam(1e-2))
                .device(Device.cpu())
                .threads(1);
    }
}
