package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.model.Ensemble;
import dev.mnistnative.model.Model;
import dev.mnistnative.report.files.EvaluationReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a saved model on a test set, or where there is none on the samples given. */
@Command(
        name = "evaluate",
        description = "Evaluate a model on the test set, or on the samples given with --images and --labels: "
                + "accuracy, loss, precision, recall, F1 and ROC AUC of each class, confusion matrix, macro-F1, MCC; "
                + "of labels that exclude nothing their F1, of real-valued targets MSE, MAE and R2.",
        footer = {
            "  mnist-native evaluate --model m.safetensors",
            "  mnist-native evaluate --model m-0.safetensors --ensemble m-1.safetensors,m-2.npz",
            "  mnist-native evaluate --model m.safetensors --images x.npy --labels y.npy --json"
        })
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JudgedModel judged;

    @Option(
            names = "--ensemble",
            paramLabel = "FILE,...",
            split = ",",
            hideParamSyntax = true,
            description =
                    "Further models of the same classes: what is evaluated is the mean of all their probabilities.")
    private List<Path> others = List.of();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        judged.read("evaluating", (model, samples) -> {
            EvaluationReport report = others.isEmpty()
                    ? EvaluationReport.of(model.evaluate(samples), model.metrics(samples), model.info())
                    : together(model, samples);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                report.json(out);
            } else {
                report.text(out);
            }
        });
        return ExitCode.DONE;
    }

    private EvaluationReport together(Model first, Dataset samples) throws IOException {
        List<Model> models = new ArrayList<>();
        try {
            for (Path file : others) {
                models.add(judged.another(file));
            }
            Ensemble all =
                    Ensemble.of(Stream.concat(Stream.of(first), models.stream()).toList());
            return EvaluationReport.of(all.evaluate(samples), all.metrics(samples), first.info());
        } finally {
            models.forEach(Model::close);
        }
    }
}
