package dev.mnistnative.report.html;

import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.model.Importance;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.report.Figures;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A page on what a model makes of its features: a heat map where they are pixels, and the most important ones. */
public final class ImportanceReport {
    private static final int MOST_ROWS = 100;
    private static final int PICTURE_SIDE = 448;

    private final Importance importance;
    private final Mlp net;

    /** @param net whose features they are */
    public ImportanceReport(Importance importance, Mlp net) {
        this.importance = importance;
        this.net = net;
    }

    /** Writes the page whole or not at all, replacing a file of that name. */
    public void write(Path file) throws IOException {
        HtmlPage.write(file, html());
    }

    /** Whether the features are those of a square picture. */
    public static boolean hasPicture(Mlp net) {
        return TextBlocks.side(net.features()) > 1;
    }

    /**
     * The heat map: orange what the model loses by, blue what it gains by, white what makes no difference, on the scale
     * of the strongest. Large enough to be looked at.
     */
    public BufferedImage picture() {
        BufferedImage small = heat();
        int factor = Math.max(1, PICTURE_SIDE / small.getWidth());
        BufferedImage large =
                new BufferedImage(factor * small.getWidth(), factor * small.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = large.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, large.getWidth(), large.getHeight());
        graphics.drawImage(small, 0, 0, large.getWidth(), large.getHeight(), null); // nearest neighbours
        graphics.dispose();
        return large;
    }

    private BufferedImage heat() {
        return Pictures.weights(importance.ofFeatures(net.features()), TextBlocks.side(net.features()));
    }

    String html() throws IOException {
        return HtmlPage.of("What a " + net + " makes of its features", "importance.html", place -> switch (place) {
            case "subtitle" -> Html.escape(subtitle());
            case "picture" -> hasPicture(net) ? heatMap() : "<p>The samples are no square images.</p>";
            case "table" -> table();
            default -> throw new IllegalStateException("the template has an unknown place: " + place);
        });
    }

    private boolean isAccuracy() {
        return importance.measure() == Importance.Measure.ACCURACY;
    }

    private String subtitle() {
        return String.format(
                Locale.ROOT,
                "%s %s on %,d samples; %s of %d permutations each",
                isAccuracy() ? "accuracy" : "mean squared error",
                figure(importance.baseline()),
                importance.samples(),
                isAccuracy() ? "mean drop" : "mean rise",
                importance.repeats());
    }

    private String figure(double value) {
        return isAccuracy() ? Figures.share(value) : Figures.error(value);
    }

    private String heatMap() {
        return "<p><span class=\"plus\">Orange</span>: what the model loses by when it is permuted. "
                + "<span class=\"minus\">Blue</span>: what it gains by, which is chance or harm.</p>"
                + Html.image(heat(), "heat map of the features' importance", "heat");
    }

    private String table() {
        List<Integer> ranking = importance.ranking();
        int rows = Math.min(MOST_ROWS, ranking.size());
        double largest = rows == 0 ? 0 : importance.mean(ranking.get(0));
        StringBuilder html = new StringBuilder(String.format(
                Locale.ROOT,
                "<p>%d of %d.</p><table class=\"numbers\"><thead><tr><th>feature<th>%s<th>sd</tr></thead><tbody>%n",
                rows,
                ranking.size(),
                isAccuracy() ? "drop of the accuracy" : "rise of the error"));
        for (int group : ranking.subList(0, rows)) {
            double mean = importance.mean(group);
            html.append(String.format(
                    Locale.ROOT,
                    "<tr><th>%s<td class=\"bar\"><span style=\"--s:%.1f%%\"></span>%s<td>%s</tr>%n",
                    Html.escape(importance.groups().get(group).name()),
                    largest > 0 ? Math.max(0, 100 * mean / largest) : 0,
                    figure(mean),
                    figure(importance.deviation(group))));
        }
        return html.append("</tbody></table>").toString();
    }
}
