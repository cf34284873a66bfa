package dev.mnistnative.cli;

import dev.mnistnative.data.Answers;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Task;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
        refuseTargetsOfClasses(info.task());
        try (Dataset given = data.loadForEvaluation(options(info, layers))) {
            TargetChecks.requireFit(spec, given, layers, info.task(), data.targets(), "a model");
            new RangeNotes(spec).samples("the samples", info.preprocessing(), given);
            if (!data.targets().areInput()) {
                use(doing, use, saved.parameters(), info, given);
                return;
            }
            // the targets are what the net sees, so that the samples are made ready before the model has them
            try (Dataset seen = data.targets().ofInput(info.preprocessing().apply(given))) {
                use(doing, use, saved.parameters(), info.withPreprocessing(Preprocessing.NONE), seen);
            }
        }
    }

    /** Another model, to be judged by the same samples. The caller closes it. */
    Model another(Path file) throws IOException {
        SavedModel saved = ModelFile.read(spec, file);
        ModelInfo info = data.scale().over(saved.info());
        return Model.of(saved.parameters(), placement.over(PlacementOptions.ANYWHERE), info);
    }

    private void refuseTargetsOfClasses(Task task) {
        String option = data.targetOption().orElse(null);
        Usage.refuse(
                option != null && task == Task.CLASSES,
                spec,
                option + " gives numbers, but the outputs of " + model.path() + " are classes: give --labels or "
                        + "--label-column, or a model that was trained on numbers");
    }

    private ReadOptions options(ModelInfo info, Mlp layers) {
        ReadOptions options = ReadOptions.DEFAULT
                .withFeatureNames(info.featureNames())
                .withIgnoreIndex(ignored.over(info.ignoreIndex()));
        if (info.task() == Task.CLASSES) {
            return options.withClasses(layers.classes()).withClassNames(info.classNames());
        }
        List<String> columns = data.targets().given() ? List.of() : info.targetNames();
        return options.withAnswers(Answers.TARGETS).withCsv(options.csv().withTargetColumns(columns));
    }

    private void use(String doing, Use use, Parameters parameters, ModelInfo info, Dataset samples) throws IOException {
        try (Model predictor = Model.of(parameters, placement.over(PlacementOptions.ANYWHERE), info)) {
            noteDevice(doing, predictor);
            use.of(predictor, samples);
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
