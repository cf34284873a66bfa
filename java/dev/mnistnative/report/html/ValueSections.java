package dev.mnistnative.report.html;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.metrics.ValueMetrics;
import dev.mnistnative.report.Figures;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The page's parts on a net of real-valued outputs: errors, predicted against true, pictures before and after. */
final class ValueSections {
    private static final int POINTS = 1500;
    private static final int SAMPLES_OF_MANY = 64;
    private static final int MOST_CHARTS = 6;
    private static final int MOST_ROWS = 100;
    private static final int PICTURES = 12;

    private final ValueMetrics metrics;
    private final HtmlReport.Trained trained;
    private final Dataset samples;
    private final List<String> names;

    ValueSections(ValueMetrics metrics, HtmlReport.Trained trained) {
        this.metrics = metrics;
        this.trained = trained;
        samples = trained.samples().orElseThrow();
        names = trained.model().info().targetNames();
    }

    String html() {
        return gallery() + errors() + scatter();
    }

    private String errors() {
        StringBuilder html = new StringBuilder("<section><h2>Errors</h2>\n<p>");
        html.append(String.format(
                Locale.ROOT,
                "%,d samples. Mean squared error %s, mean absolute error %s, R² %s",
                metrics.counted(),
                Figures.error(metrics.mse()),
                Figures.error(metrics.mae()),
                Figures.share(metrics.r2OfAll())));
        if (metrics.outputs() > 1) {
            html.append(" of all outputs together");
        }
        if (metrics.outputs() > 1
                && metrics.outputs() <= MOST_ROWS) { // of pixels some hardly vary: theirs says nothing
            html.append(", ").append(Figures.share(metrics.r2())).append(" as the mean of each one's");
        }
        html.append(".</p>");
        if (metrics.outputs() > 1 && metrics.outputs() <= MOST_ROWS) {
            html.append("<table class=\"numbers\"><thead><tr><th>output<th>MSE<th>MAE<th>R²</tr></thead><tbody>\n");
            for (int output = 0; output < metrics.outputs(); output++) {
                html.append("<tr><th>").append(Html.escape(name(output)));
                html.append("<td>").append(Figures.error(metrics.mse(output)));
                html.append("<td>").append(Figures.error(metrics.mae(output)));
                html.append("<td>").append(Figures.share(metrics.r2(output))).append("</tr>\n");
            }
            html.append("</tbody></table>");
        }
        return html.append("</section>\n").toString();
    }

    private String name(int output) {
        return names.isEmpty() ? "output " + output : names.get(output);
    }

    /** A chart an output; where there are many, the points of all in one. */
    private String scatter() {
        int outputs = metrics.outputs();
        boolean each = outputs <= MOST_CHARTS;
        int[] shown = Spread.over(samples.size(), each ? POINTS : SAMPLES_OF_MANY);
        StringBuilder html =
                new StringBuilder("<section><h2>Predicted against true</h2>\n<div class=\"charts squares\">\n");
        try (Dataset some = samples.select(shown)) {
            float[] predicted = trained.model().outputs(some);
            float[] targets = targets(some);
            if (each) {
                for (int output = 0; output < outputs; output++) {
                    html.append(scatter(name(output), column(targets, output), column(predicted, output)));
                }
            } else {
                int[] places = Spread.over(targets.length, POINTS);
                html.append(scatter(
                        "All " + outputs + " outputs",
                        Arrays.stream(places).mapToDouble(i -> targets[i]).toArray(),
                        Arrays.stream(places).mapToDouble(i -> predicted[i]).toArray()));
            }
        }
        return html.append("</div></section>\n").toString();
    }

    private double[] column(float[] rows, int column) {
        return IntStream.range(0, rows.length / metrics.outputs())
                .mapToDouble(row -> rows[row * metrics.outputs() + column])
                .toArray();
    }

    /** Both axes alike, so that what is right lies on the diagonal. */
    private static String scatter(String title, double[] targets, double[] predicted) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < targets.length; i++) {
            if (Double.isFinite(predicted[i])) {
                least = Math.min(least, Math.min(targets[i], predicted[i]));
                most = Math.max(most, Math.max(targets[i], predicted[i]));
            }
        }
        double margin = most > least ? (most - least) / 50 : 1;
        return new XyChart(
                        title,
                        new XyChart.Range("true", least - margin, most + margin),
                        new XyChart.Range("predicted", least - margin, most + margin))
                .diagonal()
                .points(targets, predicted)
                .svg();
    }

    private static float[] targets(Dataset data) {
        FloatBuffer targets = data.targets();
        float[] values = new float[targets.remaining()];
        targets.get(values);
        return values;
    }

    /** What goes in, what should come out and what does, where all are pictures; empty where they are none. */
    private String gallery() {
        int features = samples.features();
        int side = TextBlocks.side(features);
        if (metrics.outputs() != features || features < Dataset.PICTURE_FEATURES || side == 0) {
            return "";
        }
        int[] shown = Spread.over(samples.size(), PICTURES);
        StringBuilder html = new StringBuilder();
        boolean noisy = false;
        try (Dataset some = samples.select(shown)) {
            float[] outputs = trained.model().outputs(some);
            float[] targets = targets(some);
            for (int i = 0; i < shown.length; i++) {
                float[] input = some.sample(i);
                float[] clean = Arrays.copyOfRange(targets, i * features, (i + 1) * features);
                float[] cleaned = Arrays.copyOfRange(outputs, i * features, (i + 1) * features);
                boolean differs = !Arrays.equals(input, clean);
                noisy |= differs;
                html.append("<figure>")
                        .append(picture(clean, clean, side, "clean"))
                        .append(differs ? picture(input, clean, side, "noisy") : "")
                        .append(picture(cleaned, clean, side, differs ? "cleaned" : "output"))
                        .append(String.format(
                                Locale.ROOT,
                                "<figcaption title=\"sample %d\">%s</figcaption></figure>%n",
                                shown[i],
                                errors(input, clean, cleaned, differs)));
            }
        }
        String title = noisy ? "Clean, noisy, cleaned" : "Input and output";
        return "<section><h2>" + title + "</h2>\n<p>"
                + (noisy
                        ? "Left what should come out, in the middle what goes in, "
                                + "right what the net makes of it; below, the mean squared error of both."
                        : "Left what goes in and " + "should come out, right what does.")
                + "</p><div class=\"gallery triples\">\n" + html
                + "</div></section>\n";
    }

    private static String errors(float[] input, float[] clean, float[] cleaned, boolean noisy) {
        String after = "<b>" + Figures.error(meanSquare(cleaned, clean)) + "</b>";
        return noisy ? Figures.error(meanSquare(input, clean)) + " → " + after : after;
    }

    private static double meanSquare(float[] made, float[] wanted) {
        return ValueMetrics.of(made, wanted, made.length).mse();
    }

    private static String picture(float[] values, float[] scale, int side, String what) {
        return Html.image(Pictures.sample(values, scale, side), what, "digit");
    }
}
