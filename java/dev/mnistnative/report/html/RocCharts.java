package dev.mnistnative.report.html;

import dev.mnistnative.metrics.RocCurve;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The ROC curves of classes or labels, each against the rest. */
final class RocCharts {
    /** Curves whose mean area is above this lie in a corner, which is drawn again, larger. */
    private static final double IN_THE_CORNER = 0.97;

    private static final double CORNER = 0.1;

    private RocCharts() {}

    /**
     * A section; of more curves than can be told apart those of the smallest areas.
     *
     * @param name of a curve
     */
    static String section(List<RocCurve> curves, IntFunction<String> name) {
        List<Integer> drawn = IntStream.range(0, curves.size())
                .filter(i -> !Double.isNaN(curves.get(i).area()))
                .boxed()
                .sorted(Comparator.comparingDouble(i -> curves.get(i).area()))
                .limit(XyChart.HUES)
                .sorted()
                .toList();
        StringBuilder html = new StringBuilder("<section><h2>ROC curves</h2>\n");
        if (drawn.isEmpty()) {
            return html.append(
                            curves.isEmpty()
                                    ? "<p>They are left out: there are too many scores.</p></section>\n"
                                    : "<p>There are none: no class has samples of its own and others.</p></section>\n")
                    .toString();
        }
        html.append("<p>Each against the rest, with its area: the share of pairs of a sample of it and another that ")
                .append("its score puts in the right order.");
        if (drawn.size() < curves.size()) {
            html.append(" Drawn are the ")
                    .append(drawn.size())
                    .append(" of the smallest areas, of ")
                    .append(curves.size());
            html.append('.');
        }
        html.append("</p><div class=\"charts squares\">\n").append(chart("Curves", curves, drawn, name, 1));
        double mean =
                drawn.stream().mapToDouble(i -> curves.get(i).area()).average().orElse(0);
        if (mean > IN_THE_CORNER) {
            html.append(chart("Their upper left corner", curves, drawn, name, CORNER));
        }
        return html.append("</div></section>\n").toString();
    }

    private static String chart(
            String title, List<RocCurve> curves, List<Integer> drawn, IntFunction<String> name, double side) {
        XyChart chart = new XyChart(
                        title,
                        new XyChart.Range("false positive rate", 0, side),
                        new XyChart.Range("true positive rate", 1 - side, 1))
                .diagonal();
        for (int i : drawn) {
            RocCurve curve = curves.get(i);
            String text = side == 1 ? name.apply(i) + String.format(Locale.ROOT, " %.4f", curve.area()) : name.apply(i);
            chart.line(text, curve.falsePositiveRates(), curve.truePositiveRates());
        }
        return chart.svg();
    }
}
