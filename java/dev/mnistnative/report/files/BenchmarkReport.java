package dev.mnistnative.report.files;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mnistnative.bench.BenchmarkResult;
import dev.mnistnative.bench.Timings;
import dev.mnistnative.report.JsonLine;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** A benchmark's times, for a reader or for a program. */
public final class BenchmarkReport {
    private static final MathContext FOUR_DIGITS = new MathContext(4);
    private static final double MILLIS = 1e3;
    private static final String ROW = "%-24s %12s %12s %14s%n";

    private final BenchmarkResult result;
    private final String samplesName;

    /** @param samplesName what was trained on, e.g. "MNIST" */
    public BenchmarkReport(BenchmarkResult result, String samplesName) {
        this.result = result;
        this.samplesName = samplesName;
    }

    /** What was measured, and a table of times in milliseconds with the images a second that the medians mean. */
    public void text(PrintWriter out) {
        TrainingStart start = result.start();
        out.printf(
                Locale.ROOT,
                "%s, batches of %d, %s, %s; %s%n",
                start.settings().layers(),
                result.batchSize(),
                start.settings().optimizer().name(),
                samplesName,
                start.machine().description());
        out.printf(Locale.ROOT, ROW, "", "median ms", "best ms", "images/s");
        row(out, "step", result.step(), result.batchSize());
        row(out, "epoch of " + start.data().stepsPerEpoch() + " steps", result.epoch(), result.samplesPerEpoch());
        row(
                out,
                String.format(Locale.ROOT, "evaluation of %,d", result.evaluated()),
                result.evaluation(),
                result.evaluated());
        row(out, "one image", result.oneImage(), 1);
    }

    private static void row(PrintWriter out, String name, Timings timings, int images) {
        if (timings == null) {
            out.printf(Locale.ROOT, ROW, name, "-", "-", "-");
            return;
        }
        out.printf(
                Locale.ROOT,
                ROW,
                name,
                millis(timings.median()),
                millis(timings.best()),
                String.format(Locale.ROOT, "%,.0f", images / timings.median()));
    }

    private static String millis(double seconds) {
        return new BigDecimal(seconds * MILLIS).round(FOUR_DIGITS).toPlainString();
    }

    /** The same as one JSON object on one line, times in seconds; an epoch that was not timed is null. */
    public void json(PrintWriter out) throws IOException {
        TrainingStart start = result.start();
        TrainingSettings settings = start.settings();
        JsonLine.print(out, json -> {
            json.writeFieldName("layers");
            int[] sizes = settings.layers().sizesArray();
            json.writeArray(sizes, 0, sizes.length);
            json.writeNumberField("batch_size", result.batchSize());
            json.writeStringField("optimizer", settings.optimizer().name());
            json.writeStringField("samples", samplesName);
            json.writeStringField("device", start.machine().device().toString());
            json.writeStringField("isa", start.machine().isa());
            json.writeNumberField("threads", start.machine().threads());
            json.writeStringField("precision", settings.precision().name().toLowerCase(Locale.ROOT));
            json.writeStringField("version", start.machine().version());
            timings(json, "step", result.step(), result.batchSize());
            timings(json, "epoch", result.epoch(), result.samplesPerEpoch());
            timings(json, "evaluation", result.evaluation(), result.evaluated());
            timings(json, "one_image", result.oneImage(), 1);
        });
    }

    private static void timings(JsonGenerator json, String field, Timings timings, int images) throws IOException {
        if (timings == null) {
            json.writeNullField(field);
            return;
        }
        json.writeObjectFieldStart(field);
        JsonNumbers.write(json, "median", timings.median());
        JsonNumbers.write(json, "best", timings.best());
        json.writeNumberField("count", timings.count());
        json.writeNumberField("images", images);
        JsonNumbers.write(json, "images_per_second", images / timings.median());
        json.writeEndObject();
    }
}
