package dev.mnistnative.train;

import dev.mnistnative.data.Deformation;
import java.util.Locale;

/** Settings that have a name. */
public enum Preset {
    /** The source article's program: 784-312-256-10, Adam 2e-5, 20 epochs of 187 batches of 320 in file order. */
    ARTICLE(TrainingSettings.builder(784, 312, 256, 10)),

    /** The second program, from a comment below the article: 784-512-256-10, SGD 0.01, shuffled batches of 64. */
    BP(
            TrainingSettings.builder(784, 512, 256, 10)
                    .optimizer(new Sgd(0.01))
                    .batchSize(64)
                    .epochs(5)
                    .shuffle(true)
                    .dropLast(false),
            100),

    /** 784-512-10, four epochs: 98 % of MNIST's test images in some seconds. */
    FAST(recipe(784, 512, 10).optimizer(new AdamW(4e-3)).batchSize(256).epochs(4), true),

    /** 784-1024-512-10, forty-five epochs of deformed digits: made for 99.3 %. */
    ACCURATE(
            recipe(784, 1024, 512, 10)
                    .optimizer(new AdamW(3e-3))
                    .batchSize(256)
                    .epochs(45)
                    .deformation(new Deformation(12, 0.12, 0.15, 1, 30, 4)),
            true),

    /** 784-2048-1024-10, two hundred epochs of strongly deformed digits: made for 99.5 %, and long. */
    RECORD(
            recipe(784, 2048, 1024, 10)
                    .optimizer(new AdamW(1e-3))
                    .batchSize(128)
                    .epochs(200)
                    .deformation(Deformation.STRONG),
            true),

    /** A denoising autoencoder: 784-512-64-512-784 learns the digits out of noisy ones, by the mean squared error. */
    DENOISE(TrainingSettings.builder(784, 512, 64, 512, 784)
            .loss(new MseLoss())
            .optimizer(new Adam(1e-3))
            .batchSize(128)
            .epochs(10)
            .shuffle(true)
            .dropLast(false));

    private static final double DENOISE_DEVIATION = 0.5;

    private final TrainingSettings settings;
    private final int stepsPerLine;
    private final boolean bf16;

    Preset(TrainingSettings.Builder builder) {
        this(builder, 0, false);
    }

    Preset(TrainingSettings.Builder builder, int stepsPerLine) {
        this(builder, stepsPerLine, false);
    }

    Preset(TrainingSettings.Builder builder, boolean bf16) {
        this(builder, 0, bf16);
    }

    Preset(TrainingSettings.Builder builder, int stepsPerLine, boolean bf16) {
        settings = builder.build();
        this.stepsPerLine = stepsPerLine;
        this.bf16 = bf16;
    }

    private static TrainingSettings.Builder recipe(int features, int... sizes) {
        return TrainingSettings.builder(features, sizes)
                .schedule(LearningRateSchedule.cosine(0))
                .shuffle(true)
                .dropLast(true);
    }

    /** The settings, seed 0, on the GPU if one works, in float32. */
    public TrainingSettings settings() {
        return settings;
    }

    /** Steps from one line of its program's output to the next; 0 = it prints a line an epoch. */
    public int stepsPerLine() {
        return stepsPerLine;
    }

    /** Whether it loses nothing by bf16 products, where there are instructions for them. */
    public boolean prefersBf16() {
        return bf16;
    }

    /**
     * Where above 0, the net learns its own input, with normal noise of this deviation on it; 0 = it learns what the
     * data say of their samples.
     */
    public double noise() {
        return this == DENOISE ? DENOISE_DEVIATION : 0;
    }

    /**
     * Its name for users: {@code article}, {@code bp}, {@code fast}, {@code accurate}, {@code record}, {@code denoise}.
     */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
