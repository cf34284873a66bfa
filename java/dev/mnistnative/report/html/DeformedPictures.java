package dev.mnistnative.report.html;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Deformer;
import dev.mnistnative.train.TrainingSettings;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The page's part on what the epochs saw of some pictures: each as it is, and as the first epochs deformed it. */
final class DeformedPictures {
    private static final int PICTURES = 10;
    private static final int EPOCHS = 8;

    private final TrainingSettings settings;
    private final Dataset pictures;

    /** @param training whose first pictures are shown */
    DeformedPictures(TrainingSettings settings, Dataset training) {
        this.settings = settings;
        this.pictures = training.limit(PICTURES);
    }

    /** A section, or nothing where pictures stayed as they are. */
    String section() {
        if (settings.deformation().isNone()) {
            return "";
        }
        int epochs = Math.min(EPOCHS, settings.epochs());
        StringBuilder html = new StringBuilder(String.format(
                Locale.ROOT,
                "<section><h2>Deformed pictures</h2>%n<p>The first pictures of the training set, and what the first %d"
                        + " of %d epochs made of them (%s).</p>%n<table class=\"deformed\"><thead><tr><th>original",
                epochs,
                settings.epochs(),
                Html.escape(settings.deformation().toString())));
        IntStream.rangeClosed(1, epochs)
                .forEach(epoch -> html.append("<th>epoch ").append(epoch));
        html.append("</tr></thead><tbody>\n");
        List<Dataset> shown = shown(epochs);
        for (int i = 0; i < pictures.size(); i++) {
            html.append("<tr>");
            for (int epoch = 0; epoch < shown.size(); epoch++) {
                String title = "picture " + i + (epoch == 0 ? ", original" : " in epoch " + epoch);
                html.append("<td>").append(Html.image(picture(shown.get(epoch), i), title, "digit"));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></section>").toString();
    }

    /** The originals, then each epoch's. */
    private List<Dataset> shown(int epochs) {
        try (Deformer deformer = new Deformer(pictures, settings.deformation(), settings.seed(), 1)) {
            return IntStream.rangeClosed(0, epochs)
                    .mapToObj(epoch -> epoch == 0 ? pictures : deformer.deformed(epoch - 1))
                    .toList();
        }
    }

    /** Of [channels, height, width] the channels one below the other, of [height, width, channels] side by side. */
    private static BufferedImage picture(Dataset samples, int i) {
        int[] shape = samples.sampleShape();
        boolean interleaved = shape.length == 3 && shape[2] < shape[0];
        return Pictures.sample(samples.sample(i), interleaved ? shape[1] * shape[2] : shape[shape.length - 1]);
    }
}
