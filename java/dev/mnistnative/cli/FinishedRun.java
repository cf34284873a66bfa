package dev.mnistnative.cli;

import dev.mnistnative.format.ModelFormat;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.report.Printable;
import dev.mnistnative.report.html.HtmlReport;
import dev.mnistnative.report.html.RunRecord;
import dev.mnistnative.report.terminal.Screen;
import dev.mnistnative.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What becomes of a net after its run.
 *
 * @param trainer has its weights
 * @param data of the run
 */
record FinishedRun(Trainer trainer, PreparedData data) {
    /** Gives a trainer the weights that it starts from. */
    static void begin(Trainer trainer, SavedModel start) {
        trainer.setParameters(Parameters.of(
                trainer.settings().layers().withoutDropout(), start.parameters().values()));
    }

    /** A model of the samples as they are here: what is done to them is done. The caller closes it. */
    Model model() {
        return trainer.model(data.info().withPreprocessing(Preprocessing.NONE));
    }

    /** Writes the weights; where the file asked for cannot be written any more, elsewhere. */
    void save(Path save, Screen screen) throws IOException {
        SavedModel model = new SavedModel(trainer.parameters(), data.info());
        try {
            model.write(save, ModelFormat.forWriting(save));
        } catch (IOException e) {
            Path refuge = Files.createTempFile("mnist-native-", ".safetensors");
            try {
                model.write(refuge, ModelFormat.SAFETENSORS);
            } catch (IOException again) {
                Files.delete(refuge);
                e.addSuppressed(again);
                throw e;
            }
            screen.warning(Printable.text("the weights could not be written to " + save + "; they are in " + refuge));
            throw e;
        }
    }

    /** Writes the page on the run. */
    void report(Path page, RunRecord record) throws IOException {
        try (Model model = model()) {
            new HtmlReport(record, new HtmlReport.Trained(model, data.forReport(), data.reportedOn()))
                    .withTrainingSet(data.data().training())
                    .write(page);
        }
    }
}
