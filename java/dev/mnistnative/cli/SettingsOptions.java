package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Deformation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.train.CrossEntropyLoss;
import dev.mnistnative.train.Keep;
import dev.mnistnative.train.LearningRateSchedule;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.TrainingSettings;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that make the training settings: a preset, and what is given over it. */
final class SettingsOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--preset",
            paramLabel = "article|bp|fast|accurate|record|denoise",
            defaultValue = "article",
            description = "article: 784,312,256,10, Adam 2e-5, 20 epochs of batches of 320 in file order (default). "
                    + "bp: 784,512,256,10, SGD 0.01, 5 epochs of shuffled batches of 64. "
                    + "fast: 0.98 of the test digits right in seconds. accurate: aims at 0.993, by training on "
                    + "deformed digits. record: aims at 0.995, a long run. "
                    + "denoise: an autoencoder on noisy digits, --targets input --noise 0.5. Options given win.")
    private Preset preset;

    @Mixin
    private NetOptions net;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training set.")
    private Integer epochs;

    @Option(
            names = "--shuffle",
            negatable = true,
            description = "Another order in each epoch, drawn from the seed; or file order.")
    private Boolean shuffle;

    @Option(names = "--drop-last", description = "Leave out a last batch that is not full.")
    private boolean dropLast;

    @Option(names = "--keep-last", description = "Train on a last batch that is not full, too.")
    private boolean keepLast;

    @Mixin
    private OptimizerOptions optimizer;

    @Option(
            names = "--lr-schedule",
            paramLabel = "SCHEDULE",
            description = "constant, step:N,G (times G every N epochs) or cosine[:MIN] (down to MIN over the run).")
    private LearningRateSchedule schedule;

    @Option(names = "--warmup-steps", paramLabel = "N", description = "Steps of linear warm-up (default: 0).")
    private Integer warmupSteps;

    @Mixin
    private LossOptions loss;

    @Option(
            names = "--augment",
            paramLabel = AugmentHelp.VALUES,
            description = "Train each epoch on pictures deformed anew: " + AugmentHelp.MEANING)
    private Deformation deformation;

    @Option(names = "--seed", paramLabel = "N", description = "Same seed, same bits (default: 0).")
    private Long seed;

    @Option(
            names = "--seeds",
            paramLabel = "LIST",
            description =
                    "The same run under each of these seeds, as 0..9 or 0,3,7: side by side, one thread each, and "
                            + "then the mean and the deviation. Names of what is written must have {seed} in "
                            + "them.")
    private Seeds seeds;

    @Option(
            names = "--early-stopping",
            paramLabel = "N",
            description = "Stop after N epochs without a better loss on the test set, or on the held-out part.")
    private Integer earlyStopping;

    @Option(
            names = "--keep",
            paramLabel = "last|best",
            description =
                    "Whose weights are kept at the end: the last epoch's, or those after the epoch with the lowest "
                            + "loss on the test set, or on the held-out part (default: last; best with "
                            + "--early-stopping).")
    private Keep keep;

    @Mixin
    private PlacementOptions placement;

    Preset preset() {
        return preset;
    }

    boolean layersGiven() {
        return net.layersGiven();
    }

    /** A net with the activations that are given. */
    Mlp withActivations(Mlp other) {
        return net.withActivations(other);
    }

    boolean ignoreIndexGiven() {
        return loss.ignoreIndexGiven();
    }

    /** The settings with class weights by the training set, where that is asked for. */
    TrainingSettings balanced(TrainingSettings settings, Supplier<Dataset> training) {
        if (!loss.balanced() || !(settings.loss() instanceof CrossEntropyLoss entropy)) {
            return settings;
        }
        return settings.toBuilder()
                .loss(entropy.withBalancedClassWeights(
                        training.get(), settings.layers().classes()))
                .build();
    }

    /** Seeds that the run is repeated with, or null: it is a single one. */
    Seeds seeds() {
        return seeds;
    }

    /** The preset's settings with the options given. */
    TrainingSettings settings() {
        Usage.refuse(seed != null && seeds != null, command, "--seed and --seeds exclude each other: give one of them");
        TrainingSettings base = net.over(preset.settings());
        TrainingSettings.Builder builder = base.toBuilder()
                .optimizer(optimizer.over(base.optimizer()))
                .loss(loss.over(base.loss()))
                .placement(placement.over(base.placement(), preset.prefersBf16()));
        if (epochs != null) {
            builder.epochs(epochs);
        }
        if (shuffle != null) {
            builder.shuffle(shuffle);
        }
        if (schedule != null) {
            builder.schedule(schedule);
        }
        if (warmupSteps != null) {
            builder.warmupSteps(warmupSteps);
        }
        if (deformation != null) {
            builder.deformation(deformation);
        }
        if (seed != null) {
            builder.seed(seed);
        }
        if (earlyStopping != null) {
            builder.earlyStopping(earlyStopping);
        }
        if (keep != null) {
            builder.keep(keep);
        }
        Usage.refuse(dropLast && keepLast, command, "--drop-last and --keep-last exclude each other: give one of them");
        if (dropLast || keepLast) {
            builder.dropLast(dropLast);
        }
        return Usage.checked(command, builder::build);
    }
}
