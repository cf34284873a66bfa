package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A saved model and the samples that it is judged by. */
final class JudgedModel {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ModelFile model;

    @Mixin
    private DataOptions data;

    @Mixin
    private IgnoreIndexOption ignored;

    @Mixin
    private PlacementOptions placement;

    /** What is done with both while they are open. */
    @FunctionalInterface
    interface Use {
        void of(Model model, Dataset samples) throws IOException;
    }

    /**
     * Reads both, checks that they fit, and uses them.
     *
     * @param doing what the command does, for a note on where it does it
     */
    void read(String doing, Use use) throws IOException {
        SavedModel saved = model.read();
        ModelInfo info = data.scale().over(saved.info());
        Mlp layers = saved.parameters().net();
        ReadOptions options = ReadOptions.DEFAULT
                .withClasses(layers.classes())
                .withClassNames(info.classNames())
                .withFeatureNames(info.featureNames())
                .withIgnoreIndex(ignored.over(info.ignoreIndex()));
        try (Dataset given = data.loadForEvaluation(options);
                Model predictor = Model.of(saved.parameters(), placement.over(PlacementOptions.ANYWHERE), info)) {
            DataChecks.requireFit(spec, given, layers, "a model");
            new RangeNotes(spec).samples("the samples", info.preprocessing(), given);
            noteDevice(doing, predictor);
            use.of(predictor, given);
        }
    }

    private void noteDevice(String doing, Model predictor) {
        if (!predictor.deviceReason().isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println(doing + " on " + predictor.device() + " (device auto: " + predictor.deviceReason() + ")");
        }
    }
}
