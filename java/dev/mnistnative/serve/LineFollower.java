package dev.mnistnative.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** Reads the whole lines that a growing file has gained. Not safe for use by several threads. */
final class LineFollower {
    private static final int MAX_CHUNK = 1 << 20;

    private final Path file;
    private long position;
    private Object key;

    LineFollower(Path file) {
        this.file = file;
    }

    /**
     * What is new.
     *
     * @param restarted whether the file was begun anew since the last call: what was read before counts no more
     * @param lines without their ends
     */
    record News(boolean restarted, List<String> lines) {}

    /** Up to a megabyte of new lines; none if the file is not there. A last line without its end is left for later. */
    News poll() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Object now = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            boolean restarted = channel.size() < position || key != null && !key.equals(now);
            position = restarted ? 0 : position;
            key = now;
            return new News(restarted, read(channel));
        } catch (NoSuchFileException e) {
            return new News(false, List.of());
        }
    }

    private List<String> read(FileChannel channel) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(MAX_CHUNK, channel.size() - position));
        int count = Math.max(0, channel.read(chunk, position));
        List<String> lines = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < count; i++) {
            if (chunk.get(i) == '\n') {
                lines.add(new String(chunk.array(), begin, i - begin, StandardCharsets.UTF_8).strip());
                begin = i + 1;
            }
        }
        if (begin == 0 && count == MAX_CHUNK) {
            begin = count; // no line of metrics is that long
        }
        position += begin;
        return lines;
    }
}
