package dev.mnistnative.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/** Numbers of an ONNX model that lie in a file beside it; no path leads out of the model's folder. */
final class ExternalData {
    private ExternalData() {}

    /**
     * @param model that the numbers are of
     * @param entries {@code location}, and perhaps {@code offset} and {@code length}
     * @param bytes how many there must be by the tensor's shape
     * @throws IllegalArgumentException if the location is not a file in the folder, or has too few bytes
     */
    static ByteBuffer read(ByteSource model, Map<String, String> entries, long bytes) throws IOException {
        String location = entries.getOrDefault("location", "");
        Path file = model.path()
                .orElseThrow(() -> new IllegalArgumentException("its numbers are in another file, \"" + location
                        + "\", which a stream does not lead to: give the path of the model, or save it as one file"));
        long offset = number(entries.getOrDefault("offset", "0"));
        long length = number(entries.getOrDefault("length", String.valueOf(bytes)));
        FileContents.require(
                length == bytes,
                "its shape takes " + bytes + " bytes, but its part of \"" + location + "\" has " + length);
        try (ByteSource beside = ByteSource.open(resolve(file, location))) {
            FileContents.require(
                    offset <= beside.size() - length,
                    "its numbers are said to be the " + length + " bytes from " + offset + " on of \"" + location
                            + "\", which ends at " + beside.size() + ": copy both files again");
            return beside.bytes(offset, length);
        }
    }

    private static long number(String text) {
        FileContents.require(
                text.matches("\\d{1,18}"), "a place in another file is \"" + text + "\", which is no number");
        return Long.parseLong(text);
    }

    private static Path resolve(Path model, String location) throws IOException {
        Path folder = model.toAbsolutePath().getParent();
        Path wanted = relative(location);
        Path file = folder.resolve(wanted);
        FileContents.require(
                Files.isRegularFile(file),
                "its numbers are in the file \"" + location
                        + "\", which is not in the folder of the model: copy it there");
        FileContents.require(file.toRealPath().startsWith(folder.toRealPath()), outside(location));
        return file.toRealPath();
    }

    private static Path relative(String location) {
        boolean plain = !location.isEmpty() && location.indexOf('\\') < 0 && location.indexOf(':') < 0;
        try {
            Path path = Path.of(location);
            for (Path part : path) {
                plain &= !part.toString().equals("..");
            }
            FileContents.require(plain && !path.isAbsolute(), outside(location));
            return path;
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(outside(location), e);
        }
    }

    private static String outside(String location) {
        return "its numbers are said to be in \"" + location + "\", which is no plain path in the folder of the model: "
                + "nothing is read from elsewhere, save the model again with its data beside it";
    }
}
