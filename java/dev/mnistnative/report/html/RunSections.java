package dev.mnistnative.report.html;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.net.Evaluation;
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
        if (evaluation.isPresent()) {
            cards.put(
                    judgedOn + " accuracy",
                    format("%.2f %%", 100 * evaluation.get().accuracy()));
            cards.put(judgedOn + " loss", Losses.text(evaluation.get().loss()));
        } else if (!run.epochs().isEmpty()) {
            cards.put(
                    "train accuracy",
                    format("%.2f %%", 100 * lastEpoch().training().accuracy()));
        }
        if (hasOtherObjective()) {
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
        int epochs = lastEpoch().position().epoch();
        double begin = Math.min(run.begin(), run.epochs().get(0).position().epoch() - 1);
        LineChart accuracy = new LineChart("Accuracy", "epoch")
                .across(begin, epochs)
                .including(1, 1)
                .add(
                        "train",
                        false,
                        epochPositions(0.5),
                        values(epoch -> epoch.training().accuracy()));
        if (lastEpoch().evaluation().isPresent()) {
            accuracy.add(
                    evaluatedOn(), false, epochPositions(0), values(epoch -> evaluated(epoch, Evaluation::accuracy)));
        }
        LineChart speed = new LineChart("Images a second", "epoch")
                .across(begin, epochs)
                .including(0, 0)
                .add(
                        "images/s",
                        false,
                        epochPositions(0.5),
                        values(epoch -> epoch.timing().samplesPerSecond()));
        return lossChart(begin, epochs).svg() + accuracy.svg() + speed.svg();
    }

    /** Where training minimises something else than the loss, its steps are seen by that alone. */
    private LineChart lossChart(double begin, int epochs) {
        LineChart chart = new LineChart("Loss", "epoch", Losses::text)
                .across(begin, epochs)
                .including(0, 0)
                .add("each step", true, stepPositions(), run.losses())
                .add(
                        trainName(),
                        false,
                        epochPositions(0.5),
                        values(epoch -> epoch.training().loss()));
        if (lastEpoch().evaluation().isPresent()) {
            chart.add(
                    hasOtherObjective() ? evaluatedOn() + " loss" : evaluatedOn(),
                    false,
                    epochPositions(0),
                    values(epoch -> evaluated(epoch, Evaluation::loss)));
        }
        if (hasOtherObjective()) {
            chart.add(
                    evaluatedOn() + " objective",
                    false,
                    epochPositions(0),
                    values(epoch -> evaluated(epoch, Evaluation::objective)));
        }
        return chart;
    }

    String epochTable() {
        String objective = hasOtherObjective() ? "<th>" + evaluatedOn() + " objective" : "";
        StringBuilder html = new StringBuilder("<table class=\"numbers\"><thead><tr><th>epoch<th>" + trainLossName()
                + "<th>train accuracy<th>last batch<th>" + evaluatedOn() + " loss" + objective + "<th>" + evaluatedOn()
                + " accuracy<th>seconds<th>evaluation, s<th>images/s</tr></thead><tbody>\n");
        for (EpochEnded epoch : run.epochs()) {
            html.append(format(
                    "<tr><td>%d<td>%s<td>%.4f<td>%.4f<td>%s%s<td>%s<td>%.3f<td>%.3f<td>%,.0f</tr>%n",
                    epoch.position().epoch(),
                    Losses.text(epoch.training().loss()),
                    epoch.training().accuracy(),
                    epoch.training().lastBatchAccuracy(),
                    epoch.evaluation().map(e -> Losses.text(e.loss())).orElse(NONE),
                    hasOtherObjective() ? "<td>" + Losses.text(evaluated(epoch, Evaluation::objective)) : "",
                    epoch.evaluation().map(e -> format("%.4f", e.accuracy())).orElse(NONE),
                    epoch.timing().seconds(),
                    epoch.timing().evaluationSeconds(),
                    epoch.timing().samplesPerSecond()));
        }
        return html.append("</tbody></table>").toString();
    }

    /** What the steps' losses are called: class weights and label smoothing are in them. */
    private String trainName() {
        return hasOtherObjective() ? "train objective" : "train";
    }

    private String trainLossName() {
        return hasOtherObjective() ? "train objective" : "train loss";
    }

    private boolean hasOtherObjective() {
        return !run.epochs().isEmpty()
                && lastEpoch().evaluation().filter(Losses::hasOtherObjective).isPresent();
    }

    String settings() {
        TrainingSettings settings = run.start().settings();
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("layers", String.valueOf(settings.layers()));
        rows.put("batch size", String.valueOf(settings.batchSize()));
        rows.put("epochs", (run.epochs().isEmpty() ? 0 : lastEpoch().position().epoch()) + " of " + settings.epochs());
        rows.put("order", settings.shuffle() ? "shuffled every epoch" : "as in the file");
        rows.put("last partial batch", settings.dropLast() ? "dropped" : "kept");
        rows.put("optimizer", settings.optimizer().description());
        rows.put("learning-rate schedule", settings.schedule().description());
        rows.put("warm-up steps", String.valueOf(settings.warmupSteps()));
        rows.put("loss", settings.loss().description());
        rows.put("seed", String.valueOf(settings.seed()));
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
        rows.put("written", ZonedDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx")));
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
