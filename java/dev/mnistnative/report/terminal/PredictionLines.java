package dev.mnistnative.report.terminal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mnistnative.image.TextBlocks;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A line for each prediction: the digit and how likely each one is. */
public final class PredictionLines {
    private final PrintWriter out;
    private final boolean json;
    private final List<String> classNames;

    /**
     * @param json one JSON object a line instead of text
     * @param classNames [classes], or empty: the numbers stand for themselves
     */
    public PredictionLines(PrintWriter out, boolean json, List<String> classNames) {
        this.out = out;
        this.json = json;
        this.classNames = classNames;
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
                .append(name(likeliest(probabilities)))
                .append(' ');
        for (int c = 0; c < probabilities.length; c++) {
            line.append(String.format(Locale.ROOT, " %s:%.4f", name(c), probabilities[c]));
        }
        out.println(line);
    }

    private void jsonLine(String name, float[] probabilities) throws IOException {
        JsonGenerator line = new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        line.writeStartObject();
        line.writeStringField("image", name);
        line.writeNumberField("digit", likeliest(probabilities));
        if (!classNames.isEmpty()) {
            line.writeStringField("class", name(likeliest(probabilities)));
        }
        line.writeArrayFieldStart("probabilities");
        for (float probability : probabilities) {
            line.writeNumber(probability);
        }
        line.writeEndArray();
        line.writeEndObject();
        line.close();
        out.println();
    }

    private String name(int label) {
        return classNames.isEmpty() ? String.valueOf(label) : classNames.get(label);
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
