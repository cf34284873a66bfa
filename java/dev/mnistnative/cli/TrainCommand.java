package dev.mnistnative.cli;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.data.TrainTest;
import dev.mnistnative.model.Model;
import dev.mnistnative.model.ModelEvaluation;
import dev.mnistnative.model.ModelMetadata;
import dev.mnistnative.model.Parameters;
import dev.mnistnative.model.SavedModel;
import dev.mnistnative.report.HtmlReport;
import dev.mnistnative.report.RunRecord;
import dev.mnistnative.report.Screen;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a net: settings from a preset and the options, data, the run, its reports and its weights. */
@Command(name = TrainCommand.NAME, description = "Train a net; prints a line an epoch.")
final class TrainCommand implements Callable<Integer> {
    static final String NAME = "train";

    @Mixin
    private SettingsOptions settingsOptions;

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
            description = "What the classes are called, in the order of their labels; stored with the model (default: "
                    + "the labels of a CSV file that are texts, sorted).")
    private List<String> classNames = List.of();

    @Option(
            names = "--init",
            paramLabel = "F.safetensors",
            description = "Start from these weights (default: PyTorch's initial values for the seed).")
    private Path init;

    @Option(names = "--save", paramLabel = "F.safetensors", description = "Write the final weights to this file.")
    private Path save;

    @Mixin
    private ReportOptions reportOptions;

    @Mixin
    private CheckpointOptions checkpointOptions;

    @Mixin
    private CommonOptions common;

    /** What a run evaluates on, and what is left of the test set for the end. */
    private record Parts(Dataset training, Dataset evaluation, Dataset heldBack, ModelMetadata metadata) {}

    @Override
    public Integer call() throws IOException {
        reportOptions.check();
        checkpointOptions.check();
        OutputPaths.requireFile("--save", save);
        TrainingSettings given = settingsOptions.settings();
        Parameters start = init == null ? null : SavedModel.read(init).parameters();
        TrainingSettings settings = start == null ? given : startingFrom(start, given);
        try (Interruption interruption = new Interruption();
                TrainTest read = data.load(ReadOptions.DEFAULT
                        .withIgnoreIndex(settings.loss().ignoreIndex())
                        .withClasses(settings.layers().classes())
                        .withClassNames(classNames))) {
            Parts parts = parts(read, settings);
            try (Trainer trainer = Trainer.create(settings)) {
                if (start != null) {
                    trainer.setParameters(start);
                }
                return train(trainer, parts, interruption);
            }
        }
    }

    /** Without {@code --layers}, the weights say what the net is. */
    private TrainingSettings startingFrom(Parameters start, TrainingSettings given) {
        if (settingsOptions.layersGiven() && !start.shape().equals(given.layers())) {
            throw new IllegalArgumentException("--init %s holds a net %s, but --layers says %s: leave --layers out"
                    .formatted(init, start.shape(), given.layers()));
        }
        return given.toBuilder().layers(start.shape()).build();
    }

    private Parts parts(TrainTest read, TrainingSettings settings) {
        Fit.require(read.train(), settings.layers());
        if (read.test() != null) {
            Fit.require(read.test(), settings.layers());
        }
        if (settings.earlyStopping() > 0 && read.test() == null && validation == null) {
            throw new IllegalArgumentException(
                    "--early-stopping needs something to evaluate on: give a test set or --validation");
        }
        Parts parts = split(read, settings.seed());
        ModelMetadata metadata = metadata(read.train(), parts.training());
        Fit.requireNames(metadata.classNames(), settings.layers());
        return new Parts(
                standardized(metadata, parts.training()),
                standardized(metadata, parts.evaluation()),
                standardized(metadata, parts.heldBack()),
                metadata);
    }

    private ModelMetadata metadata(Dataset all, Dataset training) {
        ModelMetadata metadata = ModelMetadata.of(all);
        if (data.scale() != null) {
            metadata = metadata.withScale(data.scale().factor());
        }
        if (!classNames.isEmpty()) {
            metadata = metadata.withClassNames(classNames);
        }
        return standardize ? metadata.withStandardizer(Standardizer.fit(training)) : metadata;
    }

    private static Dataset standardized(ModelMetadata metadata, Dataset samples) {
        return samples == null ? null : metadata.standardized(samples);
    }

    private Parts split(TrainTest read, long seed) {
        if (validation == null) {
            return new Parts(read.train(), read.test(), null, null);
        }
        Dataset.Split split = read.train().split(validation, seed);
        return new Parts(split.training(), split.validation(), read.test(), null);
    }

    private int train(Trainer trainer, Parts parts, Interruption interruption) throws IOException {
        Screen screen = reportOptions.screen();
        RunRecord record = new RunRecord();
        TrainingResult result;
        try (Reports reports = openReports(screen)) {
            reports.add(checkpointOptions.notes(screen));
            reports.add(new TrainingListener() {
                @Override
                public void onStart(TrainingStart start) {
                    interruption.cancels(trainer::cancel); // not before: fit forgets earlier cancellations
                }
            });
            if (reportOptions.report() != null) {
                reports.add(record);
            }
            result = trainer.fit(
                    parts.training(),
                    parts.evaluation(),
                    checkpointOptions.checkpoints(parts.metadata()),
                    reports.listeners());
        }
        if (reportOptions.report() != null) {
            writeReport(trainer, parts, record, screen);
        }
        switch (result.reason()) {
            case DIVERGED -> throw new MnistNativeException(MnistNativeException.Status.DIVERGED, result.message());
            case INTERRUPTED -> {
                screen.note(result.message() + (save == null ? "" : "; " + save + " was not written"));
                return ExitCode.INTERRUPTED;
            }
            case EARLY_STOPPING -> screen.note(result.message());
            case COMPLETED -> {}
        }
        if (save != null) {
            new SavedModel(trainer.parameters(), parts.metadata()).writeSafetensors(save);
        }
        if (parts.heldBack() != null) {
            noteTestAccuracy(trainer, parts.heldBack(), screen);
        }
        return ExitCode.DONE;
    }

    private Reports openReports(Screen screen) throws IOException {
        String evaluationName = validation == null ? "test" : "validation";
        return reportOptions.open(settingsOptions.preset(), screen, evaluationName, checkpointOptions.resumes());
    }

    /** On the test set held back if there is one: nothing was chosen by it. */
    private void writeReport(Trainer trainer, Parts parts, RunRecord record, Screen screen) throws IOException {
        Dataset samples = parts.heldBack() == null ? parts.evaluation() : parts.heldBack();
        String name = validation != null && parts.heldBack() == null ? "validation" : "test";
        try (Model model = trainer.model()) {
            new HtmlReport(record, new HtmlReport.Trained(model, trainer.parameters(), samples, name))
                    .write(reportOptions.report());
        }
        screen.note("the report is " + reportOptions.report());
    }

    private static void noteTestAccuracy(Trainer trainer, Dataset test, Screen screen) {
        try (Model model = trainer.model()) {
            ModelEvaluation evaluation = model.evaluate(test);
            screen.note("test set, not used for training or stopping: accuracy %.4f, loss %.4f"
                    .formatted(evaluation.accuracy(), evaluation.loss()));
        }
    }
}
