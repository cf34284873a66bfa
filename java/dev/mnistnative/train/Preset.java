package dev.mnistnative.train;

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

    /** A wider net and a decaying learning rate, for accuracy. */
    ACCURATE(TrainingSettings.builder(784, 1024, 512, 10)
            .optimizer(new AdamW(1e-3))
            .schedule(LearningRateSchedule.cosine(0))
            .loss(CrossEntropyLoss.DEFAULT.withLabelSmoothing(0.1))
            .batchSize(128)
            .epochs(15)
            .shuffle(true)
            .dropLast(true));

    private final TrainingSettings settings;
    private final int stepsPerLine;

    Preset(TrainingSettings.Builder builder) {
        this(builder, 0);
    }

    Preset(TrainingSettings.Builder builder, int stepsPerLine) {
        settings = builder.build();
        this.stepsPerLine = stepsPerLine;
    }

    /** The settings, seed 0, on the GPU if one works. */
    public TrainingSettings settings() {
        return settings;
    }

    /** Steps from one line of its program's output to the next; 0 = it prints a line an epoch. */
    public int stepsPerLine() {
        return stepsPerLine;
    }

    /** Its name for users: {@code article}, {@code bp}, {@code accurate}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
