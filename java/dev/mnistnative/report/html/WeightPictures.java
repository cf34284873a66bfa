package dev.mnistnative.report.html;

import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Parameters;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The page's part on the first layer's weights, where they are pictures. */
final class WeightPictures {
    private static final int NEURONS = 91;

    private WeightPictures() {}

    static String of(Parameters parameters) {
        Mlp shape = parameters.net();
        int side = TextBlocks.side(shape.features());
        if (side == 0) {
            return "<p>The samples are no square images, so their weights are not drawn.</p>";
        }
        float[] weight = parameters.weight(0);
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
