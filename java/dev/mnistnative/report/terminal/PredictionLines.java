package dev.mnistnative.report.terminal;

import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.internal.ArgMax;
import dev.mnistnative.report.JsonLine;
import dev.mnistnative.report.Printable;
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
        StringBuilder line = new StringBuilder(Printable.text(name))
                .append(": ")
                .append(Printable.text(name(ArgMax.of(probabilities))))
                .append(' ');
        for (int c = 0; c < probabilities.length; c++) {
            line.append(String.format(Locale.ROOT, " %s:%.4f", Printable.text(name(c)), probabilities[c]));
        }
        out.println(line);
    }

    private void jsonLine(String name, float[] probabilities) throws IOException {
        JsonLine.print(out, line -> {
            line.writeStringField("image", name);
            line.writeNumberField("digit", ArgMax.of(probabilities));
            if (!classNames.isEmpty()) {
                line.writeStringField("class", name(ArgMax.of(probabilities)));
            }
            line.writeArrayFieldStart("probabilities");
            for (float probability : probabilities) {
                line.writeNumber(probability);
            }
            line.writeEndArray();
        });
    }

    private String name(int label) {
        return classNames.isEmpty() ? String.valueOf(label) : classNames.get(label);
    }
}
