package dev.mnistnative.report.files;

import dev.mnistnative.metrics.ClassMetrics;
import dev.mnistnative.metrics.LabelMetrics;
import dev.mnistnative.metrics.Metrics;
import dev.mnistnative.metrics.ValueMetrics;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.report.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How a model does on a data set, for a reader or for a program. */
public interface EvaluationReport {
    /**
     * The report for what the model's outputs are.
     *
     * @param metrics of the same samples as the evaluation
     */
    static EvaluationReport of(Evaluation evaluation, Metrics metrics, ModelInfo info) {
        if (metrics instanceof LabelMetrics labels) {
            return new LabelsReport(evaluation, labels, info.targetNames());
        }
        if (metrics instanceof ValueMetrics values) {
            return new ValuesReport(values, info.targetNames());
        }
        return new ClassesReport(evaluation, (ClassMetrics) metrics, info.classNames());
    }

    /** Lines of names and numbers, then tables. */
    void text(PrintWriter out);

    /** The same as one JSON object on one line; what is not a number, or left out, is null. */
    void json(PrintWriter out) throws IOException;

    /**
     * A table of numbers, a row each class, label or output.
     *
     * @param what a row is of
     * @param names [rows], or empty: the numbers stand for themselves
     * @param columns by their heads
     */
    static void table(
            PrintWriter out, String what, List<String> names, int rows, Map<String, IntFunction<String>> columns) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(column(what, rows, row -> names.isEmpty() ? String.valueOf(row) : Printable.text(names.get(row))));
        columns.forEach((head, text) -> cells.add(column(head, rows, text)));
        List<Integer> widths = cells.stream()
                .map(column -> column.stream().mapToInt(String::length).max().orElse(0))
                .toList();
        for (int row = 0; row <= rows; row++) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < cells.size(); c++) {
                line.append(c == 0 ? "" : "  ")
                        .append(String.format(
                                Locale.ROOT,
                                "%" + widths.get(c) + "s",
                                cells.get(c).get(row)));
            }
            out.println(line);
        }
    }

    private static List<String> column(String head, int rows, IntFunction<String> text) {
        return Stream.concat(Stream.of(head), IntStream.range(0, rows).mapToObj(text))
                .toList();
    }
}
