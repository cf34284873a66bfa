package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.report.files.EvaluationReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a saved model on a test set, or where there is none on the samples given. */
@Command(
        name = "evaluate",
        description = "Evaluate a model on the test set, or on the samples given with --images and --labels: "
                + "accuracy, loss, precision, recall, F1 and ROC AUC of each class, confusion matrix, macro-F1, MCC; of "
                + "labels that exclude nothing their F1, of real-valued targets MSE, MAE and R2.",
        footer = {
            "  mnist-native evaluate --model m.safetensors",
            "  mnist-native evaluate --model m.safetensors --images x.npy --labels y.npy --json"
        })
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelFile model;

    @Mixin
    private DataOptions data;

    @Mixin
    private IgnoreIndexOption ignored;

    @Mixin
    private PlacementOptions placement;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        SavedModel saved = model.read();
        ModelInfo info = data.scale().over(saved.info());
        Mlp layers = saved.parameters().net();
        ReadOptions options = ReadOptions.DEFAULT
                .withClasses(layers.classes())
                .withClassNames(info.classNames())
                .withFeatureNames(info.featureNames())
                .withIgnoreIndex(ignored.over(info.ignoreIndex()));
        try (Dataset given = data.loadForEvaluation(options);
                Model predictor = Model.of(saved.parameters(), placement.over(PlacementOptions.ANYWHERE), info)) {
            DataChecks.requireFit(spec, given, layers, "a model");
            new RangeNotes(spec).samples("the samples", info.preprocessing(), given);
            noteDevice(predictor);
            EvaluationReport report =
                    EvaluationReport.of(predictor.evaluate(given), predictor.metrics(given), predictor.info());
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                report.json(out);
            } else {
                report.text(out);
            }
        }
        return ExitCode.DONE;
    }

    private void noteDevice(Model predictor) {
        if (!predictor.deviceReason().isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println(
                            "evaluating on " + predictor.device() + " (device auto: " + predictor.deviceReason() + ")");
        }
    }
}
