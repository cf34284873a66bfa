package dev.mnistnative.report.files;

import dev.mnistnative.metrics.LabelMetrics;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.report.Figures;
import dev.mnistnative.report.JsonLine;
import dev.mnistnative.report.Losses;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** How a net of several labels a sample does. */
final class LabelsReport implements EvaluationReport {
    private static final String LABEL = "label";

    private final Evaluation evaluation;
    private final LabelMetrics metrics;
    private final List<String> names;

    /** @param names [labels], or empty: the numbers stand for themselves */
    LabelsReport(Evaluation evaluation, LabelMetrics metrics, List<String> names) {
        this.evaluation = evaluation;
        this.metrics = metrics;
        this.names = names;
    }

    @Override
    public void text(PrintWriter out) {
        out.println("accuracy: " + Figures.share(metrics.accuracy()) + " (mean of " + metrics.labels() + " labels, "
                + metrics.counted() + " samples)");
        out.println("loss: " + Losses.text(evaluation.loss()));
        out.println("exact_match: " + Figures.share(metrics.exactMatch()));
        out.println("micro_f1: " + Figures.share(metrics.microF1()));
        out.println("macro_f1: " + Figures.share(metrics.macroF1()));
        out.println("roc_auc: " + Figures.share(metrics.rocAuc()) + " (mean of the labels that tell samples apart)");
        Map<String, IntFunction<String>> columns = new LinkedHashMap<>();
        columns.put("accuracy", label -> Figures.share(metrics.accuracy(label)));
        columns.put("precision", label -> Figures.share(metrics.precision(label)));
        columns.put("recall", label -> Figures.share(metrics.recall(label)));
        columns.put("f1", label -> Figures.share(metrics.f1(label)));
        columns.put("roc_auc", label -> Figures.share(metrics.rocAuc(label)));
        columns.put("positives", label -> String.valueOf(metrics.positives(label)));
        EvaluationReport.table(out, LABEL, names, metrics.labels(), columns);
    }

    @Override
    public void json(PrintWriter out) throws IOException {
        JsonLine.print(out, json -> {
            JsonNumbers.write(json, "accuracy", metrics.accuracy());
            JsonNumbers.write(json, "loss", evaluation.loss());
            json.writeNumberField("samples", metrics.counted());
            JsonNumbers.write(json, "exact_match", metrics.exactMatch());
            JsonNumbers.write(json, "micro_f1", metrics.microF1());
            JsonNumbers.write(json, "macro_f1", metrics.macroF1());
            JsonNumbers.write(json, "roc_auc", metrics.rocAuc());
            json.writeArrayFieldStart("labels");
            for (int label = 0; label < metrics.labels(); label++) {
                JsonNumbers.begin(json, LABEL, label, names);
                JsonNumbers.write(json, "accuracy", metrics.accuracy(label));
                JsonNumbers.write(json, "precision", metrics.precision(label));
                JsonNumbers.write(json, "recall", metrics.recall(label));
                JsonNumbers.write(json, "f1", metrics.f1(label));
                JsonNumbers.write(json, "roc_auc", metrics.rocAuc(label));
                json.writeNumberField("positives", metrics.positives(label));
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
