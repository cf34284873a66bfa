package dev.mnistnative.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The saved model that a command works with. */
final class ModelFile {
    @Option(names = "--model", paramLabel = "F.safetensors", required = true, description = "The model's weights.")
    private Path path;

    Path path() {
        return path;
    }
}
