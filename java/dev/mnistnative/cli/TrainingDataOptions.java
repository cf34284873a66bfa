package dev.mnistnative.cli;

import dev.mnistnative.data.Answers;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Task;
import dev.mnistnative.train.Keep;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.TrainingSettings;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where samples come from, and how they are made ready for a run. */
final class TrainingDataOptions {
    /** What else could be given where data do not fit. */
    private static final String NET = "--layers, or weights with --init,";

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

    @Mixin
    private ImageShapeOption imageShape;

    @Option(
            names = "--class-names",
            paramLabel = "A,B,...",
            split = "\\s*,\\s*",
            hideParamSyntax = true,
            description =
                    "What the classes are called, in the order of their labels, or else the net's outputs; stored "
                            + "with the model (default: the labels of a CSV file that are texts, sorted; the "
                            + "columns of targets).")
    private List<String> classNames = List.of();

    /** Takes what a preset says of the targets where no option does. */
    void follow(Preset preset) {
        if (preset.noise() > 0 && data.targetOption().isEmpty()) {
            data.targets().orInput(preset.noise());
        }
    }

    /**
     * Reads the data and makes it ready for a run with these settings. The caller closes it.
     *
     * @param start what is known of the net that the run starts from: holds where the run does not say otherwise
     */
    PreparedData prepare(TrainingSettings settings, ModelInfo start) throws IOException {
        Read read = read(settings, start);
        try {
            return prepare(read, settings.seed());
        } catch (RuntimeException e) {
            read.close();
            throw e;
        }
    }

    /**
     * Data in the form of the files' numbers, from which those of each seed are made.
     *
     * @param info what is known of them so far
     */
    record Read(TrainingData data, ModelInfo info) implements AutoCloseable {
        @Override
        public void close() {
            data.close();
        }
    }

    /** Reads the data and checks it. The caller closes it. */
    Read read(TrainingSettings settings, ModelInfo start) throws IOException {
        Task task = settings.loss().task();
        refuseTargetsOfClasses(task);
        ReadOptions options = ReadOptions.DEFAULT
                .withIgnoreIndex(settings.loss().ignoreIndex())
                .withFeatureNames(start.featureNames());
        TrainingData read = imageShape.over(data.load(
                task == Task.CLASSES
                        ? options.withClasses(settings.layers().classes())
                                .withClassNames(classNames.isEmpty() ? start.classNames() : classNames)
                        : options.withAnswers(Answers.TARGETS)));
        try {
            check(read, settings);
            ModelInfo info = info(read.training(), start, task);
            requireNames(task == Task.CLASSES ? info.classNames() : info.targetNames(), settings.layers());
            if (!settings.deformation().isNone()) {
                Usage.refuse(
                        data.targets().areInput(),
                        command,
                        "--augment deforms what the net sees, but not the targets: leave it out with --targets input");
                imageShape.requirePictures(read.training());
                requireZeroBackground(info.preprocessing());
            }
            note(read, info.preprocessing(), start);
            return new Read(read.map(info.preprocessing()::rescale), info);
        } catch (RuntimeException e) {
            read.close();
            throw e;
        }
    }

    /** Whether what is read becomes other samples under another seed. */
    boolean dependOnSeed() {
        return validation != null || data.targets().areInput();
    }

    /** Makes what was read ready for a run with this seed; closing that closes what was read. */
    PreparedData prepare(Read read, long seed) {
        TrainingData split = validation == null
                ? read.data()
                : Usage.checked(command, () -> read.data().training().split(validation, seed));
        ModelInfo info = standardize
                ? read.info()
                        .withPreprocessing(
                                read.info().preprocessing().withStandardizer(Standardizer.fit(split.training())))
                : read.info();
        return PreparedData.of(read.data(), split, info, data.targets(), seed);
    }

    /** What lies outside of a picture is zero: no background of standardised ones, whose pixels differ in scale. */
    private void requireZeroBackground(Preprocessing preprocessing) {
        Usage.refuse(
                standardize || preprocessing.standardizer().isPresent(),
                command,
                "pictures that are standardised cannot be deformed: give --augment none, or "
                        + (standardize ? "leave --standardize out" : "start from weights that take plain pictures"));
    }

    private void refuseTargetsOfClasses(Task task) {
        String option = data.targetOption().orElse(null);
        Usage.refuse(
                option != null && task == Task.CLASSES,
                command,
                option
                        + " gives numbers to learn, but the loss cross_entropy learns classes: give --loss mse, "
                        + "or --loss bce "
                        + "for labels of 0 and 1, or leave " + option + " out");
    }

    /** Whether every class has a name, or none. */
    private void requireNames(List<String> names, Mlp layers) {
        Usage.refuse(
                !names.isEmpty() && names.size() != layers.classes(),
                command,
                "there are %d class names, but the net %s has %d classes: give --layers that end with %d",
                names.size(),
                layers,
                layers.classes(),
                names.size());
    }

    private void check(TrainingData read, TrainingSettings settings) {
        Task task = settings.loss().task();
        TargetChecks.requireFit(command, read.training(), settings.layers(), task, data.targets(), NET);
        read.evaluation()
                .ifPresent(
                        test -> TargetChecks.requireFit(command, test, settings.layers(), task, data.targets(), NET));
        Usage.refuse(
                settings.earlyStopping() > 0 && read.evaluation().isEmpty() && validation == null,
                command,
                "--early-stopping needs something to evaluate on: give a test set or --validation");
        Usage.refuse(
                settings.keep() == Keep.BEST && read.evaluation().isEmpty() && validation == null,
                command,
                "--keep best needs something to evaluate on: give a test set or --validation");
    }

    private ModelInfo info(Dataset training, ModelInfo start, Task task) {
        ModelInfo told = ModelInfo.of(training, task);
        Preprocessing preprocessing = tellsNumbers(start) ? start.preprocessing() : told.preprocessing();
        if (data.scale().given()) {
            preprocessing = data.scale()
                    .overTraining(preprocessing.withRange(told.preprocessing().range()));
        }
        ModelInfo info = told.withPreprocessing(preprocessing);
        if (task != Task.CLASSES && (!classNames.isEmpty() || told.targetNames().isEmpty())) {
            info = info.withTargetNames(classNames.isEmpty() ? start.targetNames() : classNames);
        } else if (task == Task.CLASSES
                && (!classNames.isEmpty() || told.classNames().isEmpty())) {
            info = info.withClassNames(classNames.isEmpty() ? start.classNames() : classNames);
        }
        return told.featureNames().isEmpty() ? info.withFeatureNames(start.featureNames()) : info;
    }

    private void note(TrainingData read, Preprocessing preprocessing, ModelInfo start) {
        RangeNotes notes = new RangeNotes(command);
        if (tellsNumbers(start)) {
            notes.samples("the training set", preprocessing, read.training());
        } else if (!data.scale().given()) {
            TrainingRange.note(read.training()).ifPresent(notes::print);
        }
        read.evaluation().ifPresent(test -> notes.samples("the test set", preprocessing, test));
    }

    private static boolean tellsNumbers(ModelInfo start) {
        return !start.preprocessing().equals(Preprocessing.NONE);
    }
}
