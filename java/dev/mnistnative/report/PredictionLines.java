package dev.mnistnative.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mnistnative.image.TextBlocks;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/** A line for each prediction: the digit and how likely each one is. */
public final class PredictionLines {
    private final PrintWriter out;
    private final boolean json;

    /** @param json one JSON object a line instead of text */
    public PredictionLines(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /** Shows an image [height, width] in text blocks. */
    public void image(float[] values, int width) {
        out.print(TextBlocks.of(values, width));
    }

    /** @param probabilities [classes] */
    public void prediction(String name, float[] probabilities) throws IOException {
        if (json) {
            jsonLine(name, probabilities);
        } else {
            textLine(name, probabilities);
        }
        out.flush();
    }

    private void textLine(String name, float[] probabilities) {
        StringBuilder line = new StringBuilder(name)
                .append(": ")
                .append(likeliest(probabilities))
                .append(' ');
        for (int c = 0; c < probabilities.length; c++) {
            line.append(String.format(Locale.ROOT, " %d:%.4f", c, probabilities[c]));
        }
        out.println(line);
    }

    private void jsonLine(String name, float[] probabilities) throws IOException {
        JsonGenerator line = new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        line.writeStartObject();
        line.writeStringField("image", name);
        line.writeNumberField("digit", likeliest(probabilities));
        line.writeArrayFieldStart("probabilities");
        for (float probability : probabilities) {
            line.writeNumber(probability);
        }
        line.writeEndArray();
        line.writeEndObject();
        line.close();
        out.println();
    }

    /** The first of the largest. */
    private static int likeliest(float[] probabilities) {
        int best = 0;
        for (int c = 1; c < probabilities.length; c++) {
            if (probabilities[c] > probabilities[best]) {
                best = c;
            }
        }
        return best;
    }
}
