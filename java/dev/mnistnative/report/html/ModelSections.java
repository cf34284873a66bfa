package dev.mnistnative.report.html;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.metrics.Confusion;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Mlp;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** The page's parts on the trained model: confusion matrix, classes, mistakes, first-layer weights. */
final class ModelSections {
    private static final int MISTAKES = 45;
    private static final int NEURONS = 91;
    private static final int MAX_CLASSES = 40;
    private static final int SHADES = 100;

    private final HtmlReport.Trained trained;
    private final Optional<Evaluation> evaluation;

    /** @param evaluation of the samples, if there are any */
    ModelSections(HtmlReport.Trained trained, Optional<Evaluation> evaluation) {
        this.trained = trained;
        this.evaluation = evaluation;
    }

    String classes() {
        if (evaluation.isEmpty()) {
            return "<p>There was no test set and no validation part to evaluate the model on.</p>";
        }
        return "<div class=\"side\">" + confusionMatrix() + classTable() + "</div>";
    }

    private Confusion confusion() {
        return evaluation.orElseThrow().confusion().orElseThrow();
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

    /** The class's name, or its number where it has none. */
    private String name(int label) {
        List<String> names = trained.model().info().classNames();
        return names.isEmpty() ? String.valueOf(label) : Html.escape(names.get(label));
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
                "<table class=\"numbers\"><thead><tr><th>class<th>precision<th>recall<th>samples</tr></thead><tbody>\n");
        for (int c = 0; c < confusion().classes(); c++) {
            html.append("<tr><th>")
                    .append(name(c))
                    .append(share(confusion().precision(c)))
                    .append(share(confusion().recall(c)))
                    .append("<td>")
                    .append(confusion().samples(c))
                    .append("</tr>\n");
        }
        return html.append("</tbody></table>").toString();
    }

    private static String share(double value) {
        return Double.isNaN(value)
                ? "<td>–"
                : String.format(
                        Locale.ROOT,
                        "<td class=\"bar\"><span style=\"--s:%.1f%%\"></span>%.1f %%",
                        100 * value,
                        100 * value);
    }

    String mistakes() {
        if (evaluation.isEmpty()) {
            return "<p>Nothing was evaluated.</p>";
        }
        Dataset samples = trained.samples().orElseThrow();
        long counted = evaluation.get().counted();
        long wrong = counted - evaluation.get().correct();
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

    String weights() {
        Mlp shape = trained.model().parameters().net();
        int side = TextBlocks.side(shape.features());
        if (side == 0) {
            return "<p>The samples are no square images, so their weights are not drawn.</p>";
        }
        float[] weight = trained.model().parameters().weight(0);
        List<Integer> strongest = IntStream.range(0, shape.fanOut(0))
                .boxed()
                .sorted(Comparator.comparingDouble((Integer n) -> norm(weight, n * shape.features(), shape.features()))
                        .reversed())
                .limit(NEURONS)
                .toList();
        StringBuilder html = new StringBuilder(String.format(
                        Locale.ROOT,
                        "<p>%s of the first layer's %d neurons: what raises them (%s) and what",
                        strongest.size() == shape.fanOut(0) ? "All" : "The " + strongest.size() + " strongest",
                        shape.fanOut(0),
                        "<span class=\"plus\">orange</span>")
                + " lowers them (<span class=\"minus\">blue</span>), each on its own scale.</p><div "
                + "class=\"tiles\">\n");
        for (int neuron : strongest) {
            int start = neuron * shape.features();
            html.append(Html.image(
                    Pictures.weights(Arrays.copyOfRange(weight, start, start + shape.features()), side),
                    "weights of neuron " + neuron,
                    "tile"));
        }
        return html.append("</div>").toString();
    }

    private static double norm(float[] values, int start, int length) {
        double sum = 0;
        for (int i = start; i < start + length; i++) {
            sum += (double) values[i] * values[i];
        }
        return sum;
    }
}
