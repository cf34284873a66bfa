package dev.mnistnative.report.terminal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.internal.ArgMax;
import dev.mnistnative.model.Probabilities;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Task;
import dev.mnistnative.report.JsonLine;
import dev.mnistnative.report.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A line for each prediction: the digit and how likely each one is; the labels that are there and how likely each one
 * is; or the values.
 */
public final class PredictionLines {
    private final PrintWriter out;
    private final boolean json;
    private final ModelInfo info;
    private final List<String> names;

    /**
     * @param json one JSON object a line instead of text
     * @param info what the outputs are, and what they are called; else numbers stand for them
     */
    public PredictionLines(PrintWriter out, boolean json, ModelInfo info) {
        this.out = out;
        this.json = json;
        this.info = info;
        this.names = info.task() == Task.CLASSES ? info.classNames() : info.targetNames();
    }

    /** Shows an image [height, width] in text blocks. */
    public void image(float[] values, int width) {
        out.print(TextBlocks.of(values, width));
    }

    /** @param answers [outputs] probabilities or values */
    public void prediction(String name, float[] answers) throws IOException {
        if (json) {
            JsonLine.print(out, line -> {
                line.writeStringField("image", name);
                jsonFields(line, answers);
            });
        } else {
            out.println(Printable.text(name) + ": " + text(answers));
        }
        out.flush();
    }

    private String text(float[] answers) {
        return switch (info.task()) {
            case CLASSES -> Printable.text(name(ArgMax.of(answers))) + "  " + named(answers, "%s:%.4f");
            case MULTI_LABEL -> {
                String there = labels(answers).stream()
                        .map(k -> Printable.text(name(k)))
                        .collect(Collectors.joining(","));
                yield (there.isEmpty() ? "-" : there) + "  " + named(answers, "%s:%.4f");
            }
            case VALUES ->
                names.isEmpty()
                        ? IntStream.range(0, answers.length)
                                .mapToObj(k -> String.valueOf(answers[k]))
                                .collect(Collectors.joining(" "))
                        : named(answers, "%s:%s");
        };
    }

    private String named(float[] answers, String form) {
        return IntStream.range(0, answers.length)
                .mapToObj(k -> String.format(Locale.ROOT, form, Printable.text(name(k)), answers[k]))
                .collect(Collectors.joining(" "));
    }

    private void jsonFields(JsonGenerator line, float[] answers) throws IOException {
        switch (info.task()) {
            case CLASSES -> {
                line.writeNumberField("digit", ArgMax.of(answers));
                if (!names.isEmpty()) {
                    line.writeStringField("class", name(ArgMax.of(answers)));
                }
            }
            case MULTI_LABEL -> {
                line.writeArrayFieldStart("labels");
                for (int k : labels(answers)) {
                    line.writeString(name(k));
                }
                line.writeEndArray();
            }
            case VALUES -> {
                if (!names.isEmpty()) {
                    line.writeArrayFieldStart("names");
                    for (String name : names) {
                        line.writeString(name);
                    }
                    line.writeEndArray();
                }
            }
        }
        line.writeArrayFieldStart(info.task() == Task.VALUES ? "values" : "probabilities");
        for (float answer : answers) {
            line.writeNumber(answer);
        }
        line.writeEndArray();
    }

    /** The labels that are there. */
    private static List<Integer> labels(float[] probabilities) {
        return IntStream.range(0, probabilities.length)
                .filter(k -> probabilities[k] > Probabilities.THRESHOLD)
                .boxed()
                .toList();
    }

    private String name(int output) {
        return names.isEmpty() ? String.valueOf(output) : names.get(output);
    }
}
