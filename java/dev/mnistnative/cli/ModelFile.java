package dev.mnistnative.cli;

import dev.mnistnative.format.SavedModel;
import dev.mnistnative.report.Printable;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The saved model that a command works with. */
final class ModelFile {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            required = true,
            description = "The model: safetensors, ONNX, PyTorch's .pt or .pth, or npz, told apart by content.")
    private Path path;

    Path path() {
        return path;
    }

    /** Reads it; what was left out of the file and what had to be assumed is told on standard error. */
    SavedModel read() throws IOException {
        return read(spec, path);
    }

    /** The same for a model that another option names. */
    static SavedModel read(CommandSpec spec, Path path) throws IOException {
        return SavedModel.read(path, note -> spec.commandLine().getErr().println(Printable.text(path + ": " + note)));
    }
}
