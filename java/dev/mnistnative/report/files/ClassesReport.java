package dev.mnistnative.report.files;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mnistnative.metrics.Calibration;
import dev.mnistnative.metrics.ClassMetrics;
import dev.mnistnative.metrics.Confusion;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.report.Figures;
import dev.mnistnative.report.JsonLine;
import dev.mnistnative.report.Losses;
import dev.mnistnative.report.Printable;
import dev.mnistnative.report.PythonNumbers;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How a classifier does: accuracy, loss, a line a class and the confusion matrix; then what else is said of all
 * classes, and of each.
 */
final class ClassesReport implements EvaluationReport {
    private static final String CLASS = "class";

    /** More than one try, for nets of more classes than that. */
    private static final int TRIES = 3;

    private final Evaluation evaluation;
    private final ClassMetrics metrics;
    private final Confusion confusion;
    private final List<String> classNames;

    /** @param classNames [classes], or empty: the numbers stand for themselves */
    ClassesReport(Evaluation evaluation, ClassMetrics metrics, List<String> classNames) {
        this.evaluation = evaluation;
        this.metrics = metrics;
        confusion = metrics.confusion();
        this.classNames = classNames;
    }

    @Override
    public void text(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "accuracy: %s (%d of %d)%n",
                PythonNumbers.round(evaluation.accuracy(), 4),
                evaluation.correct(),
                evaluation.counted());
        out.println("loss: " + Losses.text(evaluation.loss()));
        List<String> shown = classNames.stream().map(Printable::text).toList();
        int longest = shown.stream().mapToInt(String::length).max().orElse(0);
        String column = "%" + Math.max(CLASS.length(), longest) + "s";
        out.println(String.format(Locale.ROOT, column, CLASS) + "  precision  recall  samples");
        for (int c = 0; c < classes(); c++) {
            out.printf(
                    Locale.ROOT,
                    column + "  %9s  %6s  %7d%n",
                    shown.isEmpty() ? c : shown.get(c),
                    Figures.share(confusion.precision(c)),
                    Figures.share(confusion.recall(c)),
                    confusion.samples(c));
        }
        matrix(out);
        further(out);
    }

    private void matrix(PrintWriter out) {
        if (confusion.matrix().isEmpty()) {
            out.println("confusion matrix: left out, there are more than " + Confusion.LARGEST_MATRIX + " classes");
            return;
        }
        out.println("confusion matrix (rows: labels, columns: predictions):");
        int width = 1 + String.valueOf(evaluation.counted()).length();
        for (int[] row : confusion.matrix().get()) {
            StringBuilder line = new StringBuilder();
            for (int count : row) {
                line.append(String.format(Locale.ROOT, "%" + width + "d", count));
            }
            out.println(line);
        }
    }

    private void further(PrintWriter out) {
        out.println("macro_f1: " + Figures.share(confusion.macroF1()));
        out.println("mcc: " + Figures.share(confusion.matthews()));
        out.println("roc_auc: " + Figures.share(metrics.rocAuc()) + " (" + ofWhichClasses() + ")");
        if (classes() > TRIES) {
            out.println("top_" + TRIES + "_accuracy: " + Figures.share(metrics.topAccuracy(TRIES)));
        }
        out.println(
                "ece: " + Figures.share(metrics.calibration().expectedError()) + " (" + Calibration.BINS + " bins)");
        Map<String, IntFunction<String>> columns = new LinkedHashMap<>();
        columns.put("f1", c -> Figures.share(confusion.f1(c)));
        columns.put("roc_auc", c -> Figures.share(metrics.rocAuc(c)));
        EvaluationReport.table(out, CLASS, classNames, classes(), columns);
    }

    private String ofWhichClasses() {
        if (metrics.rocCurves().isEmpty()) {
            return "left out, there are too many probabilities";
        }
        long with = IntStream.range(0, classes())
                .filter(c -> !Double.isNaN(metrics.rocAuc(c)))
                .count();
        return with == classes()
                ? "one class against the rest, mean of " + with
                : "one class against the rest, mean of the " + with + " of " + classes() + " that there are samples of";
    }

    @Override
    public void json(PrintWriter out) throws IOException {
        JsonLine.print(out, json -> {
            JsonNumbers.write(json, "accuracy", evaluation.accuracy());
            JsonNumbers.write(json, "loss", evaluation.loss());
            json.writeNumberField("samples", evaluation.counted());
            json.writeNumberField("correct", evaluation.correct());
            json.writeArrayFieldStart("classes");
            for (int c = 0; c < classes(); c++) {
                JsonNumbers.begin(json, CLASS, c, classNames);
                JsonNumbers.write(json, "precision", confusion.precision(c));
                JsonNumbers.write(json, "recall", confusion.recall(c));
                json.writeNumberField("samples", confusion.samples(c));
                JsonNumbers.write(json, "f1", confusion.f1(c));
                JsonNumbers.write(json, "roc_auc", metrics.rocAuc(c));
                json.writeEndObject();
            }
            json.writeEndArray();
            matrix(json);
            JsonNumbers.write(json, "macro_f1", confusion.macroF1());
            JsonNumbers.write(json, "mcc", confusion.matthews());
            JsonNumbers.write(json, "roc_auc", metrics.rocAuc());
            JsonNumbers.write(
                    json, "top_" + TRIES + "_accuracy", classes() > TRIES ? metrics.topAccuracy(TRIES) : Double.NaN);
            JsonNumbers.write(json, "ece", metrics.calibration().expectedError());
        });
    }

    private void matrix(JsonGenerator json) throws IOException {
        if (confusion.matrix().isEmpty()) {
            json.writeNullField("confusion_matrix");
            return;
        }
        json.writeArrayFieldStart("confusion_matrix");
        for (int[] row : confusion.matrix().get()) {
            json.writeArray(row, 0, row.length);
        }
        json.writeEndArray();
    }

    private int classes() {
        return confusion.classes();
    }
}
