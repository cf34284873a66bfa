package dev.mnistnative.report.html;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.metrics.ClassMetrics;
import dev.mnistnative.metrics.LabelMetrics;
import dev.mnistnative.metrics.Metrics;
import dev.mnistnative.metrics.ValueMetrics;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Evaluation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** One page on a run that opens anywhere without a network: no script, no font, no image from outside. */
public final class HtmlReport {
    private final RunRecord run;
    private final Trained trained;
    private final Optional<Evaluation> evaluation;
    private final Optional<Metrics> metrics;
    private Optional<Dataset> training = Optional.empty();

    /**
     * What a run made.
     *
     * @param model takes the samples as they are
     * @param samples with labels, to show how well the model does, if there are any
     * @param evaluatedOn what they are
     */
    public record Trained(Model model, Optional<Dataset> samples, EvaluatedOn evaluatedOn) {}

    /** Evaluates the model if there is something to evaluate it on. */
    public HtmlReport(RunRecord run, Trained trained) {
        if (!run.isComplete()) {
            throw new IllegalArgumentException("the run has not ended: there is nothing to report yet");
        }
        this.run = run;
        this.trained = trained;
        evaluation = trained.samples().map(trained.model()::evaluate);
        metrics = trained.samples().map(trained.model()::metrics);
    }

    /** The page shows what the run's deformation made of the first of these pictures, too. */
    public HtmlReport withTrainingSet(Dataset samples) {
        training = Optional.of(samples);
        return this;
    }

    /** Writes the page whole or not at all, replacing a file of that name. */
    public void write(Path file) throws IOException {
        HtmlPage.write(file, html());
    }

    String html() throws IOException {
        RunSections runs = new RunSections(run, trained.evaluatedOn());
        String title = String.format(
                Locale.ROOT,
                "%s on %,d samples",
                run.start().settings().layers(),
                run.start().data().samples());
        return HtmlPage.of(title, "report.html", place -> switch (place) {
            case "subtitle" -> Html.escape(ending() + run.start().machine().description());
            case "cards" -> runs.cards(evaluation);
            case "curves" -> runs.curves();
            case "epochs" -> runs.epochTable();
            case "settings" -> runs.settings();
            case "environment" -> runs.environment();
            case "outcome" -> outcome();
            case "deformed" ->
                training.map(samples -> new DeformedPictures(run.start().settings(), samples).section())
                        .orElse("");
            case "weights" -> WeightPictures.of(trained.model().parameters());
            default -> throw new IllegalStateException("the template has an unknown place: " + place);
        });
    }

    /** How well the model does, by what its outputs are. */
    private String outcome() {
        if (metrics.isEmpty()) {
            return "<section><h2>Results</h2>\n<p>There was no test set and no validation part to evaluate the model "
                    + "on.</p></section>\n";
        }
        if (metrics.get() instanceof LabelMetrics labels) {
            return new LabelSections(labels, trained.model().info().targetNames()).html();
        }
        return metrics.get() instanceof ValueMetrics values
                ? new ValueSections(values, trained).html()
                : new ClassSections(trained, evaluation.orElseThrow(), (ClassMetrics) metrics.get()).html();
    }

    /** What is worth saying of the end: nothing where the run simply came to it. */
    private String ending() {
        return run.result().message().isEmpty() ? "" : run.result().message() + " · ";
    }
}
