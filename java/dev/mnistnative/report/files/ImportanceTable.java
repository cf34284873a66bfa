package dev.mnistnative.report.files;

import dev.mnistnative.model.Importance;
import dev.mnistnative.report.Figures;
import dev.mnistnative.report.JsonLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** What a model makes of its features, for a reader or for a program. */
public final class ImportanceTable {
    private final Importance importance;
    private final String baseline;

    public ImportanceTable(Importance importance) {
        this.importance = importance;
        baseline = importance.measure() == Importance.Measure.ACCURACY ? "accuracy" : "mse";
    }

    /** What the model does as it is, and a line a feature, the most important first. */
    public void text(PrintWriter out, int most) {
        boolean accuracy = importance.measure() == Importance.Measure.ACCURACY;
        out.println(baseline + ": "
                + (accuracy ? Figures.share(importance.baseline()) : Figures.error(importance.baseline())) + " ("
                + importance.samples() + " samples)");
        out.println("what it " + (accuracy ? "drops" : "rises") + " by, mean and standard deviation of "
                + importance.repeats() + (importance.repeats() == 1 ? " permutation:" : " permutations:"));
        List<Integer> ranking = importance.ranking();
        int rows = Math.min(most, ranking.size());
        List<String> names =
                ranking.stream().map(g -> importance.groups().get(g).name()).toList();
        Map<String, IntFunction<String>> columns = new LinkedHashMap<>();
        columns.put("importance", row -> text(importance.mean(ranking.get(row)), accuracy));
        columns.put("sd", row -> text(importance.deviation(ranking.get(row)), accuracy));
        EvaluationReport.table(out, "feature", names, rows, columns);
        if (rows < ranking.size()) {
            out.println("and " + (ranking.size() - rows) + " of less importance");
        }
    }

    private static String text(double value, boolean accuracy) {
        return accuracy ? Figures.share(value) : Figures.error(value);
    }

    /** The same as one JSON object on one line, all features in their order; what is not a number is null. */
    public void json(PrintWriter out) throws IOException {
        JsonLine.print(out, json -> {
            JsonNumbers.write(json, baseline, importance.baseline());
            json.writeNumberField("samples", importance.samples());
            json.writeNumberField("repeats", importance.repeats());
            json.writeArrayFieldStart("features");
            for (int group = 0; group < importance.groups().size(); group++) {
                json.writeStartObject();
                json.writeStringField("name", importance.groups().get(group).name());
                JsonNumbers.write(json, "importance", importance.mean(group));
                JsonNumbers.write(json, "sd", importance.deviation(group));
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
