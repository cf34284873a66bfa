package dev.mnistnative.format;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** PyTorch's archives around made-up pickles: with right checksums, which fuzzing would hardly find. */
public final class TorchProbe {
    private static final int STORAGES = 4;
    private static final int STORAGE_BYTES = 64;

    private TorchProbe() {}

    /** Reads a file's bytes as the pickle of an archive with a few storages. */
    public static SavedModel readAsPickleOfAnArchive(Path pickle) throws IOException {
        return read(Files.readAllBytes(pickle), pickle.toString());
    }

    static SavedModel read(byte[] pickle, String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(pickle);
            for (int key = 0; key < STORAGES; key++) {
                zip.putNextEntry(new ZipEntry("archive/data/" + key));
                zip.write(new byte[STORAGE_BYTES]);
            }
        }
        return SavedModel.read(new ByteArrayInputStream(bytes.toByteArray()), name);
    }
}
