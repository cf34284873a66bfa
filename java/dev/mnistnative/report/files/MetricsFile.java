package dev.mnistnative.report.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mnistnative.internal.IoAction;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.Resumed;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;

/**
 * metrics.jsonl: one JSON object a line for the start, every so many steps, every epoch and the end. Each line is on
 * disk before the run goes on, so that a run that is killed keeps what it has. Numbers that are not finite are null.
 * Runs on targets say their task and loss at the start, and each epoch's mean absolute and squared errors at its end.
 */
public final class MetricsFile implements TrainingListener, Closeable {
    private final Path path;
    private final int logSteps;
    private final boolean goesOn;
    private JsonGenerator lines;
    private boolean minimisesTheLoss = true;
    private boolean hasTargets;

    /**
     * The file is created, or emptied, when the run starts: one that is refused leaves an earlier run's.
     *
     * @param logSteps steps between two step events, 0 for none
     */
    public MetricsFile(Path path, int logSteps) {
        this(path, logSteps, false);
    }

    /**
     * @param goesOn whether to go on after an earlier run's lines, up to the checkpoint that the run goes on from,
     *     instead of replacing them
     */
    public MetricsFile(Path path, int logSteps, boolean goesOn) {
        this.path = path;
        this.logSteps = logSteps;
        this.goesOn = goesOn;
    }

    private void open() throws IOException {
        Writer out = goesOn
                ? Files.newBufferedWriter(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                : Files.newBufferedWriter(path);
        lines = new JsonFactory().createGenerator(out);
        lines.setRootValueSeparator(null);
    }

    private void cutAfter(Optional<Resumed> resumed) {
        int epochs = resumed.map(Resumed::epochs).orElse(0);
        int steps = resumed.map(Resumed::steps).orElse(0);
        try {
            EarlierLines.cut(path, line -> resumed.isEmpty() || comesAgain(line, epochs, steps));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Whether a line tells what happened after so many epochs and steps of the next; one that is not ours does not. */
    private static boolean comesAgain(String line, int epochs, int steps) {
        String event = "";
        int epoch = 0;
        int step = 0;
        try (JsonParser json = new JsonFactory().createParser(line)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.VALUE_STRING && "event".equals(json.currentName())) {
                    event = json.getText();
                } else if (token == JsonToken.VALUE_NUMBER_INT && "epoch".equals(json.currentName())) {
                    epoch = json.getIntValue();
                } else if (token == JsonToken.VALUE_NUMBER_INT && "step".equals(json.currentName())) {
                    step = json.getIntValue();
                }
            }
        } catch (IOException e) {
            return false;
        }
        return event.equals("epoch") && epoch > epochs
                || event.equals("step") && (epoch > epochs + 1 || epoch == epochs + 1 && step > steps);
    }

    @Override
    public void onStart(TrainingStart start) {
        minimisesTheLoss = start.minimisesTheLoss();
        hasTargets = start.settings().loss().takesTargets();
        if (goesOn) {
            cutAfter(start.resumed());
        }
        line("start", json -> {
            TrainingSettings settings = start.settings();
            json.writeArrayFieldStart("layers");
            for (int size : settings.layers().sizes()) {
                json.writeNumber(size);
            }
            json.writeEndArray();
            if (!settings.layers().equals(new Mlp(settings.layers().sizes()))) {
                json.writeStringField("activation", settings.layers().activationsText());
            }
            json.writeStringField("device", start.machine().device().toString());
            json.writeStringField("isa", start.machine().isa());
            json.writeNumberField("threads", start.machine().threads());
            json.writeStringField("precision", lower(settings.precision()));
            json.writeStringField("version", start.machine().version());
            json.writeNumberField("parameters", start.parameters());
            json.writeNumberField("samples", start.data().samples());
            json.writeNumberField("test_samples", start.data().evaluationSamples());
            json.writeStringField("evaluated_on", start.data().evaluatedOn().toString());
            json.writeNumberField("batch_size", settings.batchSize());
            json.writeNumberField("epochs", settings.epochs());
            json.writeNumberField("steps_per_epoch", start.data().stepsPerEpoch());
            json.writeBooleanField("shuffle", settings.shuffle());
            if (settings.layers().drops()) {
                number("dropout", settings.layers().hiddenDropout());
                number("input_dropout", settings.layers().inputDropout());
            }
            json.writeStringField("optimizer", settings.optimizer().name());
            number("lr", settings.optimizer().lr());
            json.writeNumberField("seed", settings.seed());
            if (hasTargets) {
                json.writeStringField("task", settings.loss().task().id());
                json.writeStringField("loss", settings.loss().id());
            }
            json.writeStringField("augment", settings.deformation().toString());
        });
    }

    @Override
    public void onSteps(StepsDone event) {
        for (int i = 0; logSteps > 0 && i < event.steps(); i++) {
            int step = event.firstStep() + i;
            double loss = event.losses()[i];
            double objective = event.objectives()[i];
            if (step % logSteps == 0) {
                line("step", json -> {
                    json.writeNumberField("epoch", event.position().epoch());
                    json.writeNumberField("step", step);
                    number("loss", loss);
                    if (!minimisesTheLoss) {
                        number("objective", objective);
                    }
                });
            }
        }
    }

    @Override
    public void onEpoch(EpochEnded event) {
        line("epoch", json -> {
            json.writeNumberField("epoch", event.position().epoch());
            number("train_loss", event.training().loss());
            number("train_objective", event.training().objective());
            number("accuracy", event.training().lastBatchAccuracy());
            number("train_accuracy", event.training().accuracy());
            number("test_loss", event.evaluation().map(Evaluation::loss).orElse(Double.NaN));
            number(
                    "test_objective",
                    event.evaluation().map(Evaluation::objective).orElse(Double.NaN));
            number("test_accuracy", event.evaluation().map(Evaluation::accuracy).orElse(Double.NaN));
            number("seconds", event.timing().seconds());
            number("evaluation_seconds", event.timing().evaluationSeconds());
            json.writeNumberField("steps", event.position().step());
            number("images_per_second", event.timing().samplesPerSecond());
            if (hasTargets) {
                number("mae", event.training().absoluteError());
                number(
                        "test_mae",
                        event.evaluation().map(Evaluation::absoluteError).orElse(Double.NaN));
                number(
                        "test_mse",
                        event.evaluation().map(Evaluation::squaredError).orElse(Double.NaN));
            }
        });
    }

    @Override
    public void onEnd(TrainingResult result) {
        line("end", json -> {
            json.writeStringField("reason", lower(result.reason()));
            number("seconds", result.seconds());
            if (result.best().isPresent()) {
                json.writeNumberField("best_epoch", result.best().get().epoch());
            }
        });
    }

    @Override
    public void close() throws IOException {
        if (lines != null) {
            lines.close();
        }
    }

    private void line(String event, IoAction<JsonGenerator> fields) {
        try {
            if (lines == null) {
                open();
            }
            lines.writeStartObject();
            lines.writeStringField("event", event);
            fields.on(lines);
            lines.writeEndObject();
            lines.writeRaw('\n');
            lines.flush();
        } catch (IOException e) {
            cutHalfALine();
            throw failure(e);
        }
    }

    /** What fitted on a full disk ends with a whole line. */
    private void cutHalfALine() {
        try {
            close(); // what is buffered would come once more
        } catch (IOException e) {
            // the failure before is told
        }
        try {
            EarlierLines.cut(path, line -> false);
        } catch (IOException e) {
            // it stays as it is
        }
    }

    private UncheckedIOException failure(IOException e) {
        return new UncheckedIOException("cannot write the metrics to " + path + ": " + e.getMessage(), e);
    }

    private void number(String field, double value) throws IOException {
        JsonNumbers.write(lines, field, value);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
