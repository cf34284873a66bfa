package dev.mnistnative.report.files;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Predicate;

/**
 * What an earlier run wrote to a file of lines. A run that was killed has told more than its last checkpoint knows:
 * when it goes on from there, those lines come again.
 */
final class EarlierLines {
    private EarlierLines() {}

    /**
     * Cuts the file before the first line that comes again, or before half a line that a killed run left. The lines
     * before are not touched, so that nothing is lost if this process is killed, too. What is no file is left alone.
     */
    static void cut(Path file, Predicate<String> comesAgain) throws IOException {
        if (!Files.isRegularFile(file)) {
            return;
        }
        long kept = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                line.write(b);
                if (b == '\n') {
                    if (comesAgain.test(line.toString(StandardCharsets.UTF_8))) {
                        break;
                    }
                    kept += line.size();
                    line.reset();
                }
            }
        }
        truncate(file, kept);
    }

    /** Cuts a file after so many bytes, if it is longer. */
    static void truncate(Path file, long bytes) throws IOException {
        if (Files.size(file) > bytes) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(bytes);
            }
        }
    }
}
