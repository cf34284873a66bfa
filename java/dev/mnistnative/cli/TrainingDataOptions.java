package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.train.TrainingSettings;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where samples come from, and how they are made ready for a run. */
final class TrainingDataOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--validation",
            paramLabel = "X",
            description = "Hold out this share of the training set, by seed, and evaluate each epoch on it.")
    private Double validation;

    @Option(
            names = "--standardize",
            description = "Bring each feature to mean 0 and deviation 1, fitted on the training part.")
    private boolean standardize;

    @Option(
            names = "--class-names",
            paramLabel = "A,B,...",
            split = ",",
            hideParamSyntax = true,
            description = "What the classes are called, in the order of their labels; stored with the model (default: "
                    + "the labels of a CSV file that are texts, sorted).")
    private List<String> classNames = List.of();

    /** Reads the data and makes it ready for a run with these settings. The caller closes it. */
    PreparedData prepare(TrainingSettings settings) throws IOException {
        TrainingData read = data.load(ReadOptions.DEFAULT
                .withIgnoreIndex(settings.loss().ignoreIndex())
                .withClasses(settings.layers().classes())
                .withClassNames(classNames));
        try {
            check(read, settings);
            TrainingData split = validation == null
                    ? read
                    : Usage.checked(command, () -> read.training().split(validation, settings.seed()));
            ModelInfo info = info(read.training(), split.training());
            DataChecks.requireNames(command, info.classNames(), settings.layers());
            return PreparedData.of(read, split, info);
        } catch (RuntimeException e) {
            read.close();
            throw e;
        }
    }

    private void check(TrainingData read, TrainingSettings settings) {
        DataChecks.requireFit(command, read.training(), settings.layers());
        read.evaluation().ifPresent(test -> DataChecks.requireFit(command, test, settings.layers()));
        Usage.refuse(
                settings.earlyStopping() > 0 && read.evaluation().isEmpty() && validation == null,
                command,
                "--early-stopping needs something to evaluate on: give a test set or --validation");
    }

    private ModelInfo info(Dataset all, Dataset training) {
        ModelInfo info = data.scale().over(ModelInfo.of(all));
        if (!classNames.isEmpty()) {
            info = info.withClassNames(classNames);
        }
        return standardize
                ? info.withPreprocessing(info.preprocessing().withStandardizer(Standardizer.fit(training)))
                : info;
    }
}
