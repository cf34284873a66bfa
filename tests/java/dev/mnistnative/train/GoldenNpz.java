package dev.mnistnative.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Reads the little-endian float arrays of tests/golden; by itself, so that no reader under test judges another. */
public final class GoldenNpz {
    /** Where the golden values lie; Maven runs tests in the project's directory. */
    public static final Path DIRECTORY = Path.of("tests", "golden");

    private static final int HEADER_LENGTH_AT = 8;

    private GoldenNpz() {}

    /** The elements of an array of float32 or float64. */
    public static double[] read(String file, String array) throws IOException {
        try (ZipFile zip = new ZipFile(DIRECTORY.resolve(file).toFile())) {
            ZipEntry entry = zip.getEntry(array + ".npy");
            byte[] bytes = zip.getInputStream(entry).readAllBytes();
            ByteBuffer npy = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            int start = HEADER_LENGTH_AT + Short.BYTES + npy.getShort(HEADER_LENGTH_AT);
            String header = new String(bytes, 0, start, StandardCharsets.ISO_8859_1);
            int width = header.contains("'<f8'") ? Double.BYTES : Float.BYTES;
            if (width == Float.BYTES && !header.contains("'<f4'")) {
                throw new IOException(array + " in " + file + " holds no floats: " + header);
            }
            npy.position(start);
            double[] values = new double[npy.remaining() / width];
            for (int i = 0; i < values.length; i++) {
                values[i] = width == Double.BYTES ? npy.getDouble() : npy.getFloat();
            }
            return values;
        }
    }
}
