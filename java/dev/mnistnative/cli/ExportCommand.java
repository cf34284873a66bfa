package dev.mnistnative.cli;

import dev.mnistnative.model.NpzWriter;
import dev.mnistnative.model.Onnx;
import dev.mnistnative.model.Parameters;
import dev.mnistnative.model.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes a saved model, or the weights of a checkpoint, in another format. */
@Command(name = "export", description = "Write a model as ONNX, safetensors or npz.")
final class ExportCommand implements Callable<Integer> {
    /** What {@code --to} takes. */
    enum Format {
        ONNX,
        SAFETENSORS,
        NPZ
    }

    /** What a model's metadata tells about its inputs and outputs; a checkpoint has more, of its run alone. */
    private static final Set<String> ABOUT_THE_MODEL = Set.of("scale", "mean", "std", "class_names");

    @Spec
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "F.safetensors", required = true, description = "The model's weights.")
    private Path model;

    @Option(names = "--to", paramLabel = "onnx|safetensors|npz", required = true, description = "The format.")
    private Format format;

    @Option(names = "--softmax", description = "ONNX: probabilities come out instead of logits.")
    private boolean softmax;

    @picocli.CommandLine.Parameters(paramLabel = "OUT", description = "The file to write.")
    private Path out;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        if (softmax && format != Format.ONNX) {
            throw new ParameterException(spec.commandLine(), "--softmax is for --to onnx: leave it out");
        }
        OutputPaths.requireFile("OUT", out);
        Parameters parameters = Safetensors.readParameters(model);
        Map<String, String> metadata =
                new LinkedHashMap<>(Safetensors.read(model).metadata());
        metadata.keySet().retainAll(ABOUT_THE_MODEL);
        switch (format) {
            case ONNX -> Onnx.write(out, parameters, softmax, metadata);
            case SAFETENSORS -> Safetensors.writeParameters(out, parameters, metadata);
            case NPZ -> NpzWriter.write(out, parameters);
        }
        return ExitCode.DONE;
    }
}
