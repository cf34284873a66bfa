package dev.mnistnative.report.files;

import dev.mnistnative.metrics.Confusion;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.report.JsonLine;
import dev.mnistnative.report.Losses;
import dev.mnistnative.report.Printable;
import dev.mnistnative.report.PythonNumbers;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** How a model does on a data set, for a reader or for a program. */
public final class EvaluationReport {
    private static final String CLASS = "class";

    private final Evaluation evaluation;
    private final Confusion confusion;
    private final List<String> classNames;

    /**
     * @param evaluation with its confusion
     * @param classNames [classes], or empty: the numbers stand for themselves
     */
    public EvaluationReport(Evaluation evaluation, List<String> classNames) {
        this.evaluation = evaluation;
        confusion = evaluation.confusion().orElseThrow();
        this.classNames = classNames;
    }

    /** Accuracy, loss, a line a class, and the confusion matrix. */
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
                    fourDecimals(confusion.precision(c)),
                    fourDecimals(confusion.recall(c)),
                    confusion.samples(c));
        }
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

    /** The same as one JSON object on one line; what is not a number, or left out, is null. */
    public void json(PrintWriter out) throws IOException {
        JsonLine.print(out, json -> {
            JsonNumbers.write(json, "accuracy", evaluation.accuracy());
            JsonNumbers.write(json, "loss", evaluation.loss());
            json.writeNumberField("samples", evaluation.counted());
            json.writeNumberField("correct", evaluation.correct());
            json.writeArrayFieldStart("classes");
            for (int c = 0; c < classes(); c++) {
                json.writeStartObject();
                json.writeNumberField(CLASS, c);
                if (!classNames.isEmpty()) {
                    json.writeStringField("name", classNames.get(c));
                }
                JsonNumbers.write(json, "precision", confusion.precision(c));
                JsonNumbers.write(json, "recall", confusion.recall(c));
                json.writeNumberField("samples", confusion.samples(c));
                json.writeEndObject();
            }
            json.writeEndArray();
            if (confusion.matrix().isEmpty()) {
                json.writeNullField("confusion_matrix");
                return;
            }
            json.writeArrayFieldStart("confusion_matrix");
            for (int[] row : confusion.matrix().get()) {
                json.writeArray(row, 0, row.length);
            }
            json.writeEndArray();
        });
    }

    private int classes() {
        return confusion.classes();
    }

    private static String fourDecimals(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }
}
