package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Task;
import picocli.CommandLine.Model.CommandSpec;

/** Whether samples and what is to become of them fit a net. */
final class TargetChecks {
    private TargetChecks() {}

    /**
     * Whether samples and their labels fit a net of classes, or samples and their targets one of other outputs.
     *
     * @param other what of this command's else could be given, e.g. "a model"
     */
    static void requireFit(
            CommandSpec command, Dataset samples, Mlp layers, Task task, TargetOptions targets, String other) {
        if (task == Task.CLASSES) {
            DataChecks.requireFit(command, samples, layers, other);
            return;
        }
        boolean areInput = targets.areInput();
        Usage.refuse(
                !areInput && !samples.hasTargets(),
                command,
                "the samples have no targets, but the net's outputs are numbers that are compared with some: "
                        + "give --targets "
                        + "with a file, or input for an autoencoder, or --target-columns of a CSV file");
        int outputs = areInput ? samples.features() : samples.outputs();
        Usage.refuse(
                samples.features() != layers.features() || outputs != layers.classes(),
                command,
                "the samples have %s and %s, but the net %s takes %d and gives %d: give %s that begins "
                        + "with %d and ends with %d, or other data",
                counted(samples.features(), "feature"),
                areInput ? "are their own targets" : counted(outputs, "target"),
                layers,
                layers.features(),
                layers.classes(),
                other,
                samples.features(),
                outputs);
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
