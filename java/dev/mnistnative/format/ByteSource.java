package dev.mnistnative.format;

import dev.mnistnative.DataFormatException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Where a file's bytes come from; their number is known before anything that they say is believed. */
abstract class ByteSource implements Closeable {
    private static final long MAX_BUFFER = Integer.MAX_VALUE - 8L;

    private final String name;
    private final Path path;

    private ByteSource(String name, Path path) {
        this.name = name;
        this.path = path;
    }

    /** The bytes of a file, read when they are asked for. */
    static ByteSource open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new DataFormatException(path + ": it is a folder; name a model file, e.g. one in it");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new DataFormatException(path + ": it is no regular file; name a model file");
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        return new ByteSource(path.toString(), path) {
            @Override
            long size() throws IOException {
                return channel.size();
            }

            @Override
            void read(ByteBuffer into, long position) throws IOException {
                for (long at = position; into.hasRemaining(); at = position + into.position()) {
                    if (channel.read(into, at) < 0) {
                        throw new EOFException(path + " became shorter while it was read");
                    }
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** @param name what the bytes are called in messages */
    static ByteSource of(String name, ByteBuffer bytes) {
        return new ByteSource(name, null) {
            @Override
            long size() {
                return bytes.limit();
            }

            @Override
            void read(ByteBuffer into, long position) {
                into.put(bytes.slice((int) position, into.remaining()));
            }

            @Override
            public void close() {
                // memory of the caller's
            }
        };
    }

    /** What it is called in messages. */
    String name() {
        return name;
    }

    /** The file, if it is one. */
    Optional<Path> path() {
        return Optional.ofNullable(path);
    }

    abstract long size() throws IOException;

    /** The bytes from there on until the buffer, empty at first, is full; the file must have them. */
    abstract void read(ByteBuffer into, long position) throws IOException;

    /**
     * So many bytes from there on, little-endian.
     *
     * @throws IllegalArgumentException if the file has not so many
     */
    ByteBuffer bytes(long position, long count) throws IOException {
        FileContents.require(
                position >= 0 && count >= 0 && position <= size() - count,
                "it is said to have " + count + " bytes from " + position + " on, but ends at " + size());
        FileContents.require(count <= MAX_BUFFER, "a part of it has " + count + " bytes, more than 2 GiB");
        ByteBuffer bytes = ByteBuffer.allocate((int) count).order(ByteOrder.LITTLE_ENDIAN);
        read(bytes, position);
        return bytes.flip();
    }

    /** Its first bytes, at most so many. */
    byte[] head(int count) throws IOException {
        return bytes(0, Math.min(count, size())).array();
    }
}
