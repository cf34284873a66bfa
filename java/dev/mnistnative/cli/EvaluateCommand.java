package dev.mnistnative.cli;

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
                + "accuracy, loss, precision, recall, F1 and ROC AUC of each class, confusion matrix, macro-F1, MCC; "
                + "of labels that exclude nothing their F1, of real-valued targets MSE, MAE and R2.",
        footer = {
            "  mnist-native evaluate --model m.safetensors",
            "  mnist-native evaluate --model m.safetensors --images x.npy --labels y.npy --json"
        })
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JudgedModel judged;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        judged.read("evaluating", (model, samples) -> {
            EvaluationReport report =
                    EvaluationReport.of(model.evaluate(samples), model.metrics(samples), model.info());
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                report.json(out);
            } else {
                report.text(out);
            }
        });
        return ExitCode.DONE;
    }
}
