package dev.mnistnative.cli;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.format.ModelFormat;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.metrics.ValueMetrics;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Task;
import dev.mnistnative.report.Printable;
import dev.mnistnative.report.html.RunRecord;
import dev.mnistnative.report.terminal.RunSummary;
import dev.mnistnative.report.terminal.Screen;
import dev.mnistnative.train.CrossEntropyLoss;
import dev.mnistnative.train.Loss;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import java.io.IOException;
import java.nio.file.Path;
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
            "  mnist-native train --data t.csv --target-columns y --loss mse --layers 8,9,1",
            "  mnist-native train --preset denoise --save d.safetensors --report r.html",
            "  mnist-native train --data DIR --layers 64,100,4 --optimizer sgd --lr 0.05",
            "  mnist-native train --checkpoint-dir D --resume",
            "  mnist-native train --preset fast --seeds 0..9"
        })
final class TrainCommand implements Callable<Integer> {
    static final String NAME = "train";

    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions settingsOptions;

    @Mixin
    private TrainingDataOptions dataOptions;

    @Option(
            names = "--init",
            paramLabel = "FILE",
            description =
                    "Start from the weights of this file, of the kinds that --model takes elsewhere (safetensors, "
                            + "ONNX, .pt, npz), and from what it says of its samples and classes (default: "
                            + "PyTorch's initial values for the seed).")
    private Path init;

    @Option(
            names = "--save",
            paramLabel = "F.safetensors",
            description =
                    "Write the final weights to this file: as .onnx or .npz if its name ends so, else as safetensors.")
    private Path save;

    @Mixin
    private ReportOptions reportOptions;

    @Mixin
    private CheckpointOptions checkpointOptions;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        reportOptions.check();
        checkpointOptions.check();
        TrainingSettings given = settingsOptions.settings();
        ModelFormat format = save == null ? null : Usage.checked(spec, () -> ModelFormat.forWriting(save));
        SavedModel start = init == null ? null : ModelFile.read(spec, init);
        TrainingSettings settings = start == null ? given : startingFrom(start, given);
        if (format != null) {
            Usage.checked(spec, () -> {
                format.requireRoom(settings.layers());
                return format;
            });
        }
        dataOptions.follow(settingsOptions.preset());
        if (settingsOptions.seeds() != null) {
            SeedRuns.Options options =
                    new SeedRuns.Options(settingsOptions, dataOptions, reportOptions, checkpointOptions, save);
            SeedRuns.check(spec, options);
            try (Interruption interruption = new Interruption()) {
                return new SeedRuns(spec, options, interruption).run(settings, start);
            }
        }
        try (Interruption interruption = new Interruption();
                PreparedData data = dataOptions.prepare(settings, start == null ? ModelInfo.NONE : start.info());
                Trainer trainer = Trainer.create(
                        settingsOptions.balanced(settings, () -> data.data().training()))) {
            if (start != null) {
                FinishedRun.begin(trainer, start);
            }
            OutputPaths.requireSpace(
                    spec, "--save", save, (long) Float.BYTES * settings.layers().parameterCount());
            return train(trainer, data, interruption);
        }
    }

    /**
     * Without {@code --layers}, the weights say what the net is; so it is with {@code --activation}, which not every
     * file tells, and {@code --ignore-index}.
     */
    private TrainingSettings startingFrom(SavedModel start, TrainingSettings given) {
        Mlp net = start.parameters()
                .net()
                .withDropout(given.layers().hiddenDropout(), given.layers().inputDropout());
        Usage.refuse(
                settingsOptions.layersGiven()
                        && !net.sizes().equals(given.layers().sizes()),
                spec,
                "--init %s holds a net %s, but --layers says %s: leave --layers out",
                init,
                net,
                given.layers());
        Loss loss = given.loss() instanceof CrossEntropyLoss labels && !settingsOptions.ignoreIndexGiven()
                ? labels.withIgnoreIndex(start.info().ignoreIndex())
                : given.loss();
        return given.toBuilder()
                .layers(settingsOptions.withActivations(net))
                .loss(loss)
                .build();
    }

    private int train(Trainer trainer, PreparedData data, Interruption interruption) throws IOException {
        Screen screen = reportOptions.screen();
        StandardOutput out = StandardOutput.of(spec);
        RunSummary summary = new RunSummary(screen);
        RunRecord record = new RunRecord();
        TrainingResult result;
        Reports opened = reportOptions.open(settingsOptions.preset(), screen, checkpointOptions.resumes());
        try (Reports reports = opened) {
            reports.add(checkpointOptions.notes(screen));
            reports.add(new TrainingListener() {
                @Override
                public void onStart(TrainingStart start) {
                    interruption.cancels(
                            () -> { // not before: fit forgets earlier cancellations
                                screen.note("stopping after the step that is under way"
                                        + (checkpointOptions.folder() == null ? "" : "; a checkpoint is written then"));
                                trainer.cancel();
                            });
                    out.whenReaderIsGone(trainer::cancel);
                }
            });
            reports.add(interruption.signsOfLife());
            reports.add(summary);
            if (reportOptions.report() != null) {
                reports.add(record);
            }
            result = trainer.fit(data.data(), checkpointOptions.checkpoints(data.info(), screen), reports.listeners());
        }
        FinishedRun net = new FinishedRun(trainer, data);
        boolean diverged = result.reason() == StopReason.DIVERGED;
        boolean interrupted = result.reason() == StopReason.INTERRUPTED;
        Missing missing = new Missing();
        Path saved = null;
        if (save != null && (!interrupted && !diverged || out.isReaderGone())) {
            saved = missing.unless("weights " + save, () -> net.save(save, screen)) ? save : null;
            summary.saved("weights", saved);
        } else if (save != null) {
            screen.note(Printable.text(save + " was not written"));
        }
        if (!diverged && !interrupted) {
            evaluate(net, summary);
        }
        if (reportOptions.report() != null) {
            missing.unless("report " + reportOptions.report(), () -> net.report(reportOptions.report(), record));
        }
        opened.missing().forEach(missing::add);
        if (checkpointOptions.haveFailed()) {
            missing.add("newest checkpoint in " + checkpointOptions.folder());
        }
        reportOptions.tellFiles(summary::saved);
        summary.saved("checkpoints", checkpointOptions.folder());
        summary.print();
        if (diverged) {
            throw new MnistNativeException(MnistNativeException.Status.DIVERGED, result.message());
        }
        missing.requireNone(saved);
        return interrupted ? ExitCode.INTERRUPTED : ExitCode.DONE;
    }

    /** On the test set that was held back: nothing was chosen by it. Values are measured on every set. */
    private static void evaluate(FinishedRun net, RunSummary summary) {
        PreparedData data = net.data();
        boolean values = data.info().task() == Task.VALUES;
        if (data.heldBack().isEmpty() && !values) {
            return;
        }
        try (Model model = net.model()) {
            if (values) {
                data.data()
                        .evaluation()
                        .ifPresent(
                                set -> summary.measured(data.data().evaluatedOn(), (ValueMetrics) model.metrics(set)));
                data.heldBack().ifPresent(set -> summary.measured(EvaluatedOn.TEST, (ValueMetrics) model.metrics(set)));
            } else {
                summary.evaluated(
                        EvaluatedOn.TEST, model.evaluate(data.heldBack().get()));
            }
        }
    }
}
