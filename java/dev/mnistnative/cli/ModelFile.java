package dev.mnistnative.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The saved model that a command works with. */
final class ModelFile {
    @Option(
            names = "--model",
            paramLabel = "FILE",
            required = true,
            description = "The model: safetensors or ONNX, told apart by content.")
    private Path path;

    Path path() {
        return path;
    }
}
