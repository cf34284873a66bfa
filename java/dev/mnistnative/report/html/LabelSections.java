package dev.mnistnative.report.html;

import dev.mnistnative.metrics.LabelMetrics;
import dev.mnistnative.report.Figures;
import java.util.List;
import java.util.Locale;

/** The page's parts on a net of several labels a sample: a row a label, ROC curves. */
final class LabelSections {
    private final LabelMetrics metrics;
    private final List<String> names;

    /** @param names [labels], or empty */
    LabelSections(LabelMetrics metrics, List<String> names) {
        this.metrics = metrics;
        this.names = names;
    }

    String html() {
        StringBuilder html = new StringBuilder("<section><h2>Labels</h2>\n<p>");
        html.append(String.format(
                Locale.ROOT,
                "%,d samples. All labels right: %s of them. Micro-F1 %s, macro-F1 %s, mean ROC AUC %s.",
                metrics.counted(),
                Figures.share(metrics.exactMatch()),
                Figures.share(metrics.microF1()),
                Figures.share(metrics.macroF1()),
                Figures.share(metrics.rocAuc())));
        html.append("</p><table class=\"numbers\"><thead><tr><th>label<th>accuracy<th>precision<th>recall<th>F1<th>ROC "
                + "AUC<th>samples that have it</tr></thead><tbody>\n");
        for (int label = 0; label < metrics.labels(); label++) {
            html.append("<tr><th>")
                    .append(Html.escape(name(label)))
                    .append(Html.share(metrics.accuracy(label)))
                    .append(Html.share(metrics.precision(label)))
                    .append(Html.share(metrics.recall(label)))
                    .append(Html.share(metrics.f1(label)))
                    .append("<td>")
                    .append(Figures.share(metrics.rocAuc(label)))
                    .append("<td>")
                    .append(metrics.positives(label))
                    .append("</tr>\n");
        }
        html.append("</tbody></table></section>\n");
        return html.append(RocCharts.section(metrics.rocCurves(), this::name)).toString();
    }

    private String name(int label) {
        return names.isEmpty() ? String.valueOf(label) : names.get(label);
    }
}
