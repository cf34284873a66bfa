package dev.mnistnative.report.html;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.metrics.Calibration;
import dev.mnistnative.metrics.ClassMetrics;
import dev.mnistnative.metrics.Confusion;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.report.Figures;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The page's parts on a classifier: confusion matrix, classes, ROC curves, mistakes. */
final class ClassSections {
    private static final int MISTAKES = 45;
    private static final int MAX_CLASSES = 40;
    private static final int SHADES = 100;

    private static final int TRIES = 3;

    private final HtmlReport.Trained trained;
    private final Evaluation evaluation;
    private final ClassMetrics metrics;

    ClassSections(HtmlReport.Trained trained, Evaluation evaluation, ClassMetrics metrics) {
        this.trained = trained;
        this.evaluation = evaluation;
        this.metrics = metrics;
    }

    String html() {
        return "<section><h2>Classes</h2>\n" + summary() + "<div class=\"side\">" + confusionMatrix() + classTable()
                + "</div></section>\n" + RocCharts.section(metrics.rocCurves(), this::plainName)
                + "<section><h2>Surest mistakes</h2>\n" + mistakes() + "</section>\n";
    }

    private String summary() {
        String top = confusion().classes() > TRIES
                ? ", class among the first " + TRIES + " " + Figures.share(metrics.topAccuracy(TRIES))
                : "";
        return String.format(
                Locale.ROOT,
                "<p>Macro-F1 %s, Matthews' correlation %s, mean ROC AUC %s%s, expected calibration error %s (%d bins)."
                        + "</p>%n",
                Figures.share(confusion().macroF1()),
                Figures.share(confusion().matthews()),
                Figures.share(metrics.rocAuc()),
                top,
                Figures.share(metrics.calibration().expectedError()),
                Calibration.BINS);
    }

    private Confusion confusion() {
        return metrics.confusion();
    }

    private String confusionMatrix() {
        int classes = confusion().classes();
        if (classes > MAX_CLASSES || confusion().matrix().isEmpty()) {
            return "<p>The confusion matrix of " + classes + " classes is too large to be drawn.</p>";
        }
        StringBuilder html = new StringBuilder("<table class=\"confusion\"><caption>Rows: labels. Columns: predictions."
                + "</caption><thead><tr><td>");
        for (int c = 0; c < classes; c++) {
            html.append("<th scope=\"col\" title=\"")
                    .append(name(c))
                    .append("\">")
                    .append(c);
        }
        html.append("</tr></thead><tbody>\n");
        int[][] matrix = confusion().matrix().get();
        int worst = worstConfusion(matrix);
        for (int label = 0; label < classes; label++) {
            int[] row = matrix[label];
            int total = Math.max(1, Arrays.stream(row).sum());
            html.append("<tr><th scope=\"row\">").append(name(label));
            for (int c = 0; c < classes; c++) {
                // mistakes are few: shaded among themselves, or they would all look alike
                double shade = c == label ? (double) row[c] / total : (double) row[c] / worst;
                html.append(String.format(
                        Locale.ROOT,
                        "<td class=\"%s\" style=\"--s:%d%%\" title=\"%s taken for %s: %d\">%s",
                        c == label ? "right" : "wrong",
                        Math.round(shade * SHADES),
                        name(label),
                        name(c),
                        row[c],
                        row[c] == 0 ? "" : row[c]));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody></table>").toString();
    }

    private String name(int label) {
        return Html.escape(plainName(label));
    }

    /** The class's name, or its number where it has none. */
    private String plainName(int label) {
        List<String> names = trained.model().info().classNames();
        return names.isEmpty() ? String.valueOf(label) : names.get(label);
    }

    private static int worstConfusion(int[][] matrix) {
        int worst = 1;
        for (int label = 0; label < matrix.length; label++) {
            for (int c = 0; c < matrix.length; c++) {
                worst = c == label ? worst : Math.max(worst, matrix[label][c]);
            }
        }
        return worst;
    }

    private String classTable() {
        StringBuilder html = new StringBuilder(
                "<table class=\"numbers\"><thead><tr><th>class<th>precision<th>recall<th>F1<th>ROC AUC<th>samples"
                        + "</tr></thead><tbody>\n");
        for (int c = 0; c < confusion().classes(); c++) {
            html.append("<tr><th>")
                    .append(name(c))
                    .append(Html.share(confusion().precision(c)))
                    .append(Html.share(confusion().recall(c)))
                    .append(Html.share(confusion().f1(c)))
                    .append("<td>")
                    .append(Figures.share(metrics.rocAuc(c)))
                    .append("<td>")
                    .append(confusion().samples(c))
                    .append("</tr>\n");
        }
        return html.append("</tbody></table>").toString();
    }

    private String mistakes() {
        Dataset samples = trained.samples().orElseThrow();
        long counted = evaluation.counted();
        long wrong = counted - evaluation.correct();
        List<Mistake> mistakes = Mistake.surest(trained.model(), samples, MISTAKES);
        int side = TextBlocks.side(samples.features());
        StringBuilder html = new StringBuilder(String.format(
                Locale.ROOT,
                "<p>%,d of %,d samples are read wrongly. %s</p><div class=\"gallery\">%n",
                wrong,
                counted,
                wrong == 0 ? "" : "Shown: those of which the net was surest."));
        for (Mistake mistake : mistakes) {
            html.append("<figure>");
            if (side > 0) {
                html.append(Html.image(
                        Pictures.sample(samples.sample(mistake.index()), side),
                        "label " + mistake.label() + ", read as " + mistake.prediction(),
                        "digit"));
            }
            html.append(String.format(
                    Locale.ROOT,
                    "<figcaption title=\"sample %d\"><b>%s</b> taken for <b class=\"miss\">%s</b><br>%.1f %% sure"
                            + "</figcaption></figure>%n",
                    mistake.index(),
                    name(mistake.label()),
                    name(mistake.prediction()),
                    100 * mistake.probability()));
        }
        return html.append("</div>").toString();
    }
}
