package dev.mnistnative.train;

import dev.mnistnative.format.Safetensors;
import dev.mnistnative.format.TensorFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Lets tests of other packages read a checkpoint whose contents a checksum would keep from being looked at. */
public final class CheckpointProbe {
    private static final TrainingSettings SETTINGS =
            TrainingSettings.builder(3, 2).build();

    private CheckpointProbe() {}

    /** @throws dev.mnistnative.DataFormatException if it is refused */
    public static void readUnderARightChecksum(Path path) throws IOException {
        TensorFile file = Safetensors.read(path);
        Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
        metadata.put(CheckpointFile.CHECKSUM_KEY, CheckpointFile.checksum(file.tensors(), metadata));
        Safetensors.write(path, new TensorFile(file.tensors(), metadata));
        try (InputStream in = Files.newInputStream(path)) {
            CheckpointFile.read(in, path.toString(), SETTINGS);
        }
    }
}
