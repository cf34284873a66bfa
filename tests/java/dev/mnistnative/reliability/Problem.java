package dev.mnistnative.reliability;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.model.Device;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.TrainingSettings;
import java.util.Random;

/** A small problem, the same in every process. */
final class Problem {
    static final int FEATURES = 7;
    static final int CLASSES = 3;

    private Problem() {}

    static Dataset data(int samples) {
        Random random = new Random(samples);
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

    static TrainingSettings.Builder settings(int... hidden) {
        int[] layers = new int[hidden.length + 2];
        layers[0] = FEATURES;
        System.arraycopy(hidden, 0, layers, 1, hidden.length);
        layers[layers.length - 1] = CLASSES;
        return TrainingSettings.builder()
                .layers(layers)
                .batchSize(16)
                .epochs(2)
                .shuffle(true)
                .dropLast(false)
                .optimizer(new Adam(1e-2))
                .device(Device.cpu())
                .threads(2);
    }
}
