package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.internal.WholeFile;
import dev.mnistnative.model.Importance;
import dev.mnistnative.model.Model;
import dev.mnistnative.report.files.ImportanceTable;
import dev.mnistnative.report.html.ImportanceReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what a saved model makes of each feature. */
@Command(
        name = "importance",
        description = "Permutation importance: how much accuracy a model loses, or how much its error grows, when the "
                + "values of a feature are dealt anew to the samples. On the test set, or on the samples given.",
        footer = {
            "  mnist-native importance --model m.safetensors --limit 2000 --report i.html",
            "  mnist-native importance --model m.safetensors --data t.csv --label-column y --json"
        })
final class ImportanceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JudgedModel judged;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "5",
            description = "Permutations of each feature (default: 5).")
    private int repeats;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Which sample gets whose value; the same seed gives the same numbers (default: 0).")
    private long seed;

    @Option(
            names = "--patch",
            paramLabel = "N",
            description = "Square pictures: permute patches of N x N pixels as one, which is faster.")
    private Integer patch;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "20",
            description = "Print the N most important features (default: 20).")
    private int top;

    @Option(names = "--json", description = "Print one JSON object, with all features in their order.")
    private boolean json;

    @Option(names = "--report", paramLabel = "F.html", description = "Write a page with the table and a heat map.")
    private Path report;

    @Option(names = "--picture", paramLabel = "F.png", description = "Square pictures: write the heat map as a PNG.")
    private Path picture;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        Usage.refuse(repeats < 1, spec, "--repeats is " + repeats + ", but must be at least 1");
        Usage.refuse(top < 1, spec, "--top is " + top + ", but must be at least 1");
        Usage.refuse(patch != null && patch < 1, spec, "--patch is " + patch + ", but must be at least 1");
        judged.read("computing", this::measure);
        return ExitCode.DONE;
    }

    /** Pixels are called by their places. */
    private List<Importance.Group> groups(Model model, Dataset samples) {
        int side = TextBlocks.side(model.net().features());
        boolean pixels =
                side > 0 && samples.hasPictures() && model.info().featureNames().isEmpty();
        return patch != null || pixels
                ? Importance.patches(side, side, patch == null ? 1 : patch)
                : Importance.each(model, samples);
    }

    private void measure(Model model, Dataset samples) throws IOException {
        Usage.refuse(
                (patch != null || picture != null) && !ImportanceReport.hasPicture(model.net()),
                spec,
                (patch != null ? "--patch" : "--picture") + " is for square pictures, but the net takes "
                        + model.net().features() + " features: leave it out");
        Importance importance = Usage.checked(
                spec, () -> Importance.permutation(model, samples, groups(model, samples), repeats, seed));
        ImportanceTable table = new ImportanceTable(importance);
        ImportanceReport page = new ImportanceReport(importance, model.net());
        if (picture != null) {
            ByteBuffer png = ByteBuffer.wrap(PictureFiles.png(page.picture()));
            WholeFile.write(picture, out -> WholeFile.writeAll(out, png));
        }
        if (report != null) {
            page.write(report);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            table.json(out);
        } else {
            table.text(out, top);
        }
    }
}
