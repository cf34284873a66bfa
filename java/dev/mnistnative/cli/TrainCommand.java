package dev.mnistnative.cli;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.ModelEvaluation;
import dev.mnistnative.net.ModelMetadata;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.report.html.HtmlReport;
import dev.mnistnative.report.html.RunRecord;
import dev.mnistnative.report.terminal.RunSummary;
import dev.mnistnative.report.terminal.Screen;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a net: settings from a preset and the options, data, the run, its reports and its weights. */
@Command(
        name = TrainCommand.NAME,
        description = "Train a net; prints a line an epoch.",
        footer = {
            "  mnist-native",
            "  mnist-native --epochs 3 --threads 2 --save m.safetensors",
            "  mnist-native train --preset accurate --report r.html --metrics m.jsonl",
            "  mnist-native train --data DIR --layers 64,100,4 --optimizer sgd --lr 0.05",
            "  mnist-native train --checkpoint-dir D --resume"
        })
final class TrainCommand implements Callable<Integer> {
    static final String NAME = "train";

    @Spec
    private CommandSpec spec;

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
            hideParamSyntax = true,
            description = "What the classes are called, in the order of their labels; stored with the model (default: "
                    + "the labels of a CSV file that are texts, sorted).")
    private List<String> classNames = List.of();

    @Option(
            names = "--init",
            paramLabel = "FILE",
            description = "Start from the weights of this safetensors or ONNX file (default: PyTorch's initial "
                    + "values for the seed).")
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
    private record Parts(TrainingData data, Dataset heldBack, ModelMetadata metadata) {}

    @Override
    public Integer call() throws IOException {
        reportOptions.check();
        checkpointOptions.check();
        OutputPaths.requireFile(spec, "--save", save);
        TrainingSettings given = settingsOptions.settings();
        Parameters start = init == null ? null : SavedModel.readParameters(init);
        TrainingSettings settings = start == null ? given : startingFrom(start, given);
        try (Interruption interruption = new Interruption();
                TrainingData read = data.load(ReadOptions.DEFAULT
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
        Usage.refuse(
                settingsOptions.layersGiven() && !start.net().equals(given.layers()),
                spec,
                "--init %s holds a net %s, but --layers says %s: leave --layers out"
                        .formatted(init, start.net(), given.layers()));
        return given.toBuilder().layers(start.net()).build();
    }

    private Parts parts(TrainingData read, TrainingSettings settings) {
        DataChecks.requireFit(spec, read.training(), settings.layers());
        read.evaluation().ifPresent(test -> DataChecks.requireFit(spec, test, settings.layers()));
        Usage.refuse(
                settings.earlyStopping() > 0 && read.evaluation().isEmpty() && validation == null,
                spec,
                "--early-stopping needs something to evaluate on: give a test set or --validation");
        Parts parts = split(read, settings.seed());
        ModelMetadata metadata = metadata(read.training(), parts.data().training());
        DataChecks.requireNames(spec, metadata.classNames(), settings.layers());
        return new Parts(
                parts.data().map(samples -> standardized(metadata, samples)),
                standardized(metadata, parts.heldBack()),
                metadata);
    }

    private ModelMetadata metadata(Dataset all, Dataset training) {
        ModelMetadata metadata = data.scale().over(ModelMetadata.of(all));
        if (!classNames.isEmpty()) {
            metadata = metadata.withClassNames(classNames);
        }
        return standardize ? metadata.withStandardizer(Standardizer.fit(training)) : metadata;
    }

    private static Dataset standardized(ModelMetadata metadata, Dataset samples) {
        return samples == null ? null : metadata.standardized(samples);
    }

    private Parts split(TrainingData read, long seed) {
        if (validation == null) {
            return new Parts(read, null, null);
        }
        TrainingData split = Usage.checked(spec, () -> read.training().split(validation, seed));
        return new Parts(split, read.evaluation().orElse(null), null);
    }

    private int train(Trainer trainer, Parts parts, Interruption interruption) throws IOException {
        Screen screen = reportOptions.screen();
        RunSummary summary = new RunSummary(screen);
        RunRecord record = new RunRecord();
        TrainingResult result;
        try (Reports reports = reportOptions.open(settingsOptions.preset(), screen, checkpointOptions.resumes())) {
            reports.add(checkpointOptions.notes(screen));
            reports.add(new TrainingListener() {
                @Override
                public void onStart(TrainingStart start) {
                    interruption.cancels(trainer::cancel); // not before: fit forgets earlier cancellations
                }
            });
            reports.add(summary);
            if (reportOptions.report() != null) {
                reports.add(record);
            }
            result = trainer.fit(parts.data(), checkpointOptions.checkpoints(parts.metadata()), reports.listeners());
        }
        boolean diverged = result.reason() == StopReason.DIVERGED;
        boolean interrupted = result.reason() == StopReason.INTERRUPTED;
        if (!diverged && !interrupted) {
            finish(trainer, parts, summary);
        } else if (save != null) {
            screen.note(save + " was not written");
        }
        if (reportOptions.report() != null) {
            writeReport(trainer, parts, record);
        }
        reportOptions.tellFiles(summary);
        summary.saved("checkpoints", checkpointOptions.folder());
        summary.print();
        if (diverged) {
            throw new MnistNativeException(MnistNativeException.Status.DIVERGED, result.message());
        }
        return interrupted ? ExitCode.INTERRUPTED : ExitCode.DONE;
    }

    /** What only a run that came to its end is worth: its weights, which are safe first, and the test set held back. */
    private void finish(Trainer trainer, Parts parts, RunSummary summary) throws IOException {
        if (save != null) {
            new SavedModel(trainer.parameters(), parts.metadata()).writeSafetensors(save);
            summary.saved("weights", save);
        }
        if (parts.heldBack() != null) {
            try (Model model = trainer.model()) {
                ModelEvaluation evaluation = model.evaluate(parts.heldBack());
                summary.evaluated(
                        EvaluatedOn.TEST,
                        new Evaluation(
                                evaluation.loss(),
                                evaluation.loss(),
                                evaluation.accuracy(),
                                evaluation.samples(),
                                Optional.empty()));
            }
        }
    }

    /** On the test set held back if there is one: nothing was chosen by it. */
    private void writeReport(Trainer trainer, Parts parts, RunRecord record) throws IOException {
        boolean heldBack = parts.heldBack() != null;
        Dataset samples =
                heldBack ? parts.heldBack() : parts.data().evaluation().orElse(null);
        EvaluatedOn name = heldBack ? EvaluatedOn.TEST : parts.data().evaluatedOn();
        try (Model model = trainer.model(parts.metadata())) {
            new HtmlReport(record, new HtmlReport.Trained(model, trainer.parameters(), samples, name.toString()))
                    .write(reportOptions.report());
        }
    }
}
