package dev.mnistnative.train;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Settings that have a name. */
public enum Preset {
    /** The source article's program: 784-312-256-10, Adam 2e-5, 20 epochs of 187 batches of 320 in file order. */
    ARTICLE(TrainingSettings.builder().layers(784, 312, 256, 10)),

    /** The second program, from a comment below the article: 784-512-256-10, SGD 0.01, shuffled batches of 64. */
    BP(TrainingSettings.builder()
            .layers(784, 512, 256, 10)
            .optimizer(new Sgd(0.01))
            .batchSize(64)
            .epochs(5)
            .shuffle(true)
            .dropLast(false)),

    /** A wider net and a decaying learning rate, for accuracy. */
    ACCURATE(TrainingSettings.builder()
            .layers(784, 1024, 512, 10)
            .optimizer(new AdamW(1e-3))
            .schedule(LearningRateSchedule.cosine(0))
            .loss(CrossEntropyLoss.DEFAULT.withLabelSmoothing(0.1))
            .batchSize(128)
            .epochs(15)
            .shuffle(true)
            .dropLast(true));

    private final TrainingSettings settings;

    Preset(TrainingSettings.Builder builder) {
        settings = builder.build();
    }

    /** The settings, seed 0, on the GPU if one works. */
    public TrainingSettings settings() {
        return settings;
    }

    /** The name on the command line. */
    public String cliName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The preset with this name on the command line. */
    public static Preset ofCliName(String name) {
        return Arrays.stream(values())
                .filter(preset -> preset.cliName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no preset \"" + name + "\": use one of "
                        + Arrays.stream(values()).map(Preset::cliName).collect(Collectors.joining(", "))));
    }
}
