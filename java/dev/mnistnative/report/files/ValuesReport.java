package dev.mnistnative.report.files;

import dev.mnistnative.metrics.ValueMetrics;
import dev.mnistnative.report.Figures;
import dev.mnistnative.report.JsonLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** How a net of real-valued outputs does. */
final class ValuesReport implements EvaluationReport {
    private static final String OUTPUT = "output";

    /** Of more outputs nobody reads a table: they are pixels. */
    private static final int MOST_ROWS = 100;

    private final ValueMetrics metrics;
    private final List<String> names;

    /** @param names [outputs], or empty: the numbers stand for themselves */
    ValuesReport(ValueMetrics metrics, List<String> names) {
        this.metrics = metrics;
        this.names = names;
    }

    @Override
    public void text(PrintWriter out) {
        out.println("mse: " + Figures.error(metrics.mse()) + " (" + metrics.counted() + " samples)");
        out.println("mae: " + Figures.error(metrics.mae()));
        out.println("r2: " + Figures.share(metrics.r2()) + constantOutputs());
        if (metrics.outputs() == 1) {
            return;
        }
        out.println("r2_of_all: " + Figures.share(metrics.r2OfAll()) + " (weighted by variance)");
        if (metrics.outputs() > MOST_ROWS) {
            out.println("each output: left out, there are more than " + MOST_ROWS);
            return;
        }
        Map<String, IntFunction<String>> columns = new LinkedHashMap<>();
        columns.put("mse", output -> Figures.error(metrics.mse(output)));
        columns.put("mae", output -> Figures.error(metrics.mae(output)));
        columns.put("r2", output -> Figures.share(metrics.r2(output)));
        EvaluationReport.table(out, OUTPUT, names, metrics.outputs(), columns);
    }

    /** Why R² is the mean of fewer. */
    private String constantOutputs() {
        int constant = 0;
        for (int output = 0; output < metrics.outputs(); output++) {
            constant += Double.isNaN(metrics.r2(output)) ? 1 : 0;
        }
        if (metrics.outputs() == 1) {
            return constant == 0 ? "" : " (the targets are all the same)";
        }
        return constant == 0
                ? " (mean of " + metrics.outputs() + " outputs)"
                : " (mean of the outputs whose targets vary, " + (metrics.outputs() - constant) + " of "
                        + metrics.outputs() + ")";
    }

    @Override
    public void json(PrintWriter out) throws IOException {
        JsonLine.print(out, json -> {
            JsonNumbers.write(json, "mse", metrics.mse());
            JsonNumbers.write(json, "mae", metrics.mae());
            JsonNumbers.write(json, "r2", metrics.r2());
            JsonNumbers.write(json, "r2_of_all", metrics.r2OfAll());
            json.writeNumberField("samples", metrics.counted());
            json.writeArrayFieldStart("outputs");
            for (int output = 0; output < metrics.outputs(); output++) {
                JsonNumbers.begin(json, OUTPUT, output, names);
                JsonNumbers.write(json, "mse", metrics.mse(output));
                JsonNumbers.write(json, "mae", metrics.mae(output));
                JsonNumbers.write(json, "r2", metrics.r2(output));
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
