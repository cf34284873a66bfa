package dev.mnistnative.cli;

import dev.mnistnative.format.ModelFormat;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.Task;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a saved model, or the weights of a checkpoint, in another format. */
@Command(
        name = "export",
        description = {"Write a model as ONNX, safetensors or npz.", "The weights of a checkpoint can be exported too."
        },
        footer = "  mnist-native export --model m.safetensors --to onnx --softmax m.onnx")
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelFile model;

    @Option(names = "--to", paramLabel = "onnx|safetensors|npz", required = true, description = "The format.")
    private ExportFormat format;

    @Option(
            names = "--softmax",
            description = "ONNX: probabilities come out instead of logits; by a Sigmoid where each output is a label "
                    + "of its own.")
    private boolean softmax;

    @picocli.CommandLine.Parameters(paramLabel = "OUT", description = "The file to write.")
    private Path out;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        Usage.refuse(softmax && format != ExportFormat.ONNX, spec, "--softmax is for --to onnx: leave it out");
        ModelFormat told = Usage.checked(spec, () -> ModelFormat.forWriting(out));
        boolean named = told != ModelFormat.SAFETENSORS
                || out.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors");
        Usage.refuse(
                named && told != written() && !(told == ModelFormat.ONNX && format == ExportFormat.ONNX),
                spec,
                out + " ends as " + told + ", but --to says " + format + ": change one of them");
        SavedModel read = model.read();
        Usage.refuse(
                softmax && read.info().task() == Task.VALUES,
                spec,
                "--softmax is for probabilities, but the outputs of " + model.path() + " are values: leave it out");
        read.write(out, written());
        return ExitCode.DONE;
    }

    private ModelFormat written() {
        return switch (format) {
            case ONNX -> softmax ? ModelFormat.ONNX_PROBABILITIES : ModelFormat.ONNX;
            case SAFETENSORS -> ModelFormat.SAFETENSORS;
            case NPZ -> ModelFormat.NPZ;
        };
    }
}
