package dev.mnistnative.report.html;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Task;
import dev.mnistnative.report.Figures;
import dev.mnistnative.report.Losses;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The page's parts on the run itself: key figures, curves, timings, settings, machine. */
final class RunSections {
    private static final String NONE = "–";

    private final RunRecord run;
    private final EvaluatedOn judgedOn;

    /** @param judgedOn what the finished net is evaluated on */
    RunSections(RunRecord run, EvaluatedOn judgedOn) {
        this.run = run;
        this.judgedOn = judgedOn;
    }

    String cards(Optional<Evaluation> evaluation) {
        Map<String, String> cards = new LinkedHashMap<>();
        if (evaluation.isPresent() && hasValues()) {
            cards.put(
                    judgedOn + " mean absolute error",
                    Figures.error(evaluation.get().absoluteError()));
            cards.put(
                    judgedOn + " mean squared error",
                    Figures.error(evaluation.get().squaredError()));
        } else if (evaluation.isPresent()) {
            cards.put(
                    judgedOn + " accuracy",
                    format("%.2f %%", 100 * evaluation.get().accuracy()));
            cards.put(judgedOn + " loss", Losses.text(evaluation.get().loss()));
        } else if (!run.epochs().isEmpty() && hasValues()) {
            cards.put(
                    "train mean absolute error",
                    Figures.error(lastEpoch().training().absoluteError()));
        } else if (!run.epochs().isEmpty()) {
            cards.put(
                    "train accuracy",
                    format("%.2f %%", 100 * lastEpoch().training().accuracy()));
        }
        if (hasOtherObjective()
                && !run.epochs().isEmpty()
                && lastEpoch().evaluation().isPresent()) {
            cards.put(evaluatedOn() + " objective", Losses.text(evaluated(lastEpoch(), Evaluation::objective)));
        }
        cards.put("training time", format("%.2f s", run.result().seconds()));
        if (!run.epochs().isEmpty()) {
            double best = run.epochs().stream()
                    .mapToDouble(epoch -> epoch.timing().samplesPerSecond())
                    .max()
                    .orElse(0);
            cards.put("images a second, best epoch", format("%,.0f", best));
        }
        cards.put("parameters", format("%,d", run.start().parameters()));
        StringBuilder html = new StringBuilder();
        cards.forEach((name, value) -> html.append("<div class=\"card\"><span class=\"value\">")
                .append(Html.escape(value))
                .append("</span><span>")
                .append(Html.escape(name))
                .append("</span></div>\n"));
        return html.toString();
    }

    String curves() {
        if (run.epochs().isEmpty()) {
            return "<p>No epoch was finished.</p>";
        }
        LineChart loss =
                chart("Loss", Losses::text).including(0, 0).add("each step", true, stepPositions(), run.losses());
        both(loss, training -> training.loss(), Evaluation::loss);
        LineChart accuracy = hasValues()
                ? both(
                        chart("Mean absolute error", LineChart::fourDigits).including(0, 0),
                        training -> training.absoluteError(),
                        Evaluation::absoluteError)
                : both(
                        chart("Accuracy", LineChart::fourDigits).including(1, 1),
                        training -> training.accuracy(),
                        Evaluation::accuracy);
        LineChart speed = chart("Images a second", LineChart::fourDigits)
                .including(0, 0)
                .add(
                        "images/s",
                        false,
                        epochPositions(0.5),
                        values(epoch -> epoch.timing().samplesPerSecond()));
        return loss.svg() + objectiveChart() + accuracy.svg() + speed.svg();
    }

    /** Empty where training minimises the loss itself. */
    private String objectiveChart() {
        return hasOtherObjective()
                ? both(
                                chart("Objective", Losses::text).including(0, 0),
                                training -> training.objective(),
                                Evaluation::objective)
                        .svg()
                : "";
    }

    private LineChart chart(String title, DoubleFunction<String> valueText) {
        int first = run.epochs().get(0).position().epoch();
        return new LineChart(title, "epoch", valueText)
                .across(Math.min(run.begin(), first - 1), lastEpoch().position().epoch());
    }

    /** Adds the epochs' training and, where there is one, their evaluation. */
    private LineChart both(
            LineChart chart, ToDoubleFunction<EpochEnded.Training> training, ToDoubleFunction<Evaluation> evaluation) {
        chart.add("train", false, epochPositions(0.5), values(epoch -> training.applyAsDouble(epoch.training())));
        return lastEpoch().evaluation().isEmpty()
                ? chart
                : chart.add(evaluatedOn(), false, epochPositions(0), values(epoch -> evaluated(epoch, evaluation)));
    }

    String epochTable() {
        Map<String, Function<EpochEnded, String>> columns = new LinkedHashMap<>();
        columns.put("epoch", epoch -> String.valueOf(epoch.position().epoch()));
        columns.put("train loss", epoch -> Losses.text(epoch.training().loss()));
        if (hasOtherObjective()) {
            columns.put("train objective", epoch -> Losses.text(epoch.training().objective()));
        }
        if (hasValues()) {
            columns.put("train MAE", epoch -> Figures.error(epoch.training().absoluteError()));
        } else {
            columns.put(
                    "train accuracy", epoch -> format("%.4f", epoch.training().accuracy()));
            columns.put("last batch", epoch -> format("%.4f", epoch.training().lastBatchAccuracy()));
        }
        columns.put(evaluatedOn() + " loss", epoch -> evaluatedText(epoch, e -> Losses.text(e.loss())));
        if (hasOtherObjective()) {
            columns.put(evaluatedOn() + " objective", epoch -> evaluatedText(epoch, e -> Losses.text(e.objective())));
        }
        if (hasValues()) {
            columns.put(evaluatedOn() + " MAE", epoch -> evaluatedText(epoch, e -> Figures.error(e.absoluteError())));
            columns.put(evaluatedOn() + " MSE", epoch -> evaluatedText(epoch, e -> Figures.error(e.squaredError())));
        } else {
            columns.put(evaluatedOn() + " accuracy", epoch -> evaluatedText(epoch, e -> format("%.4f", e.accuracy())));
        }
        columns.put("seconds", epoch -> format("%.3f", epoch.timing().seconds()));
        columns.put("evaluation, s", epoch -> format("%.3f", epoch.timing().evaluationSeconds()));
        columns.put("images/s", epoch -> format("%,.0f", epoch.timing().samplesPerSecond()));
        StringBuilder html = new StringBuilder("<table class=\"numbers\"><thead><tr>");
        columns.keySet().forEach(name -> html.append("<th>").append(Html.escape(name)));
        html.append("</tr></thead><tbody>\n");
        for (EpochEnded epoch : run.epochs()) {
            html.append("<tr>");
            columns.values().forEach(text -> html.append("<td>").append(text.apply(epoch)));
            html.append("</tr>\n");
        }
        return html.append("</tbody></table>").toString();
    }

    private static String evaluatedText(EpochEnded epoch, Function<Evaluation, String> text) {
        return epoch.evaluation().map(text).orElse(NONE);
    }

    private boolean hasValues() {
        return run.start().settings().loss().task() == Task.VALUES;
    }

    private boolean hasOtherObjective() {
        return !run.start().minimisesTheLoss();
    }

    String settings() {
        TrainingSettings settings = run.start().settings();
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("layers", String.valueOf(settings.layers()));
        if (settings.layers().drops()) {
            rows.put("dropout", settings.layers().dropoutDescription());
        }
        rows.put("batch size", String.valueOf(settings.batchSize()));
        rows.put("epochs", (run.epochs().isEmpty() ? 0 : lastEpoch().position().epoch()) + " of " + settings.epochs());
        rows.put("order", settings.shuffle() ? "shuffled every epoch" : "as in the file");
        rows.put("last partial batch", settings.dropLast() ? "dropped" : "kept");
        rows.put("optimizer", settings.optimizer().description());
        rows.put("learning-rate schedule", settings.schedule().description());
        rows.put("warm-up steps", String.valueOf(settings.warmupSteps()));
        rows.put("loss", settings.loss().description());
        rows.put("deformation of the pictures", settings.deformation().toString());
        rows.put("seed", String.valueOf(settings.seed()));
        rows.put(
                "weights of",
                run.result()
                        .best()
                        .map(best -> "epoch " + best.epoch() + ", the best by its " + evaluatedOn() + " loss")
                        .orElse("the last epoch"));
        rows.put("early stopping", settings.earlyStopping() == 0 ? "off" : settings.earlyStopping() + " epochs");
        return table(rows);
    }

    String environment() {
        TrainingStart.Machine machine = run.start().machine();
        TrainingStart.Data data = run.start().data();
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put(
                "device",
                machine.device() + (machine.deviceReason().isEmpty() ? "" : " (" + machine.deviceReason() + ")"));
        rows.put("computes with", machine.description());
        rows.put("samples", format("%,d to train, %,d to evaluate", data.samples(), data.evaluationSamples()));
        rows.put("steps per epoch", String.valueOf(data.stepsPerEpoch()));
        rows.put("mnist-native", MnistRuntime.version());
        rows.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
        rows.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        rows.put("cores", String.valueOf(MnistRuntime.cpu().cores()));
        rows.put(
                "written",
                ZonedDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT)));
        return table(rows);
    }

    private static String table(Map<String, String> rows) {
        StringBuilder html = new StringBuilder("<table class=\"pairs\"><tbody>\n");
        rows.forEach((name, value) -> html.append("<tr><th>")
                .append(Html.escape(name))
                .append("<td>")
                .append(Html.escape(value))
                .append("</tr>\n"));
        return html.append("</tbody></table>").toString();
    }

    private EpochEnded lastEpoch() {
        return run.epochs().get(run.epochs().size() - 1);
    }

    private String evaluatedOn() {
        return run.start().data().evaluatedOn().toString();
    }

    /** NaN where there was no evaluation. */
    private static double evaluated(EpochEnded epoch, ToDoubleFunction<Evaluation> value) {
        return epoch.evaluation().stream().mapToDouble(value).findFirst().orElse(Double.NaN);
    }

    private double[] values(ToDoubleFunction<EpochEnded> value) {
        return run.epochs().stream().mapToDouble(value).toArray();
    }

    /** Where the epochs stand on the axis; means over an epoch belong to its middle. */
    private double[] epochPositions(double before) {
        return values(epoch -> epoch.position().epoch() - before);
    }

    private double[] stepPositions() {
        double[] positions = new double[run.losses().length];
        double epochsPerPoint =
                (double) run.stepsPerPoint() / run.start().data().stepsPerEpoch();
        for (int i = 0; i < positions.length; i++) {
            positions[i] = run.begin() + (i + 0.5) * epochsPerPoint;
        }
        return positions;
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
