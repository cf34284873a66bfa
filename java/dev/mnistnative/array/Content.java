package dev.mnistnative.array;

import dev.mnistnative.DataFormatException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a file from first to last, decompressed if it is gzipped. Reading a fault of the file throws
 * {@link DataFormatException}; a fault of the disk is another {@link IOException}, which names the file too.
 */
public final class Content implements Closeable {
    private static final int BUFFER = 1 << 16;
    private static final int GZIP_TRAILER = 8;
    private static final byte[] GZIP_MAGIC = {0x1f, (byte) 0x8b};

    private final String name;
    private final InputStream in;
    private final FileChannel file;
    private final Closeable owner;
    private final BasicFileAttributes opened; // null if it is no file
    private long position;

    private Content(String name, InputStream in, FileChannel file, Closeable owner, BasicFileAttributes opened) {
        this.opened = opened;
        this.name = name;
        this.in = new BufferedInputStream(in, BUFFER);
        this.file = file;
        this.owner = owner;
    }

    /** The contents of a file. */
    public static Content ofFile(Path path) throws IOException {
        String name = path.toString();
        requireReadable(path, name);
        if (!Files.isRegularFile(path)) {
            return ofStream(name, new FileInputStream(path.toFile())); // the channels' streams seek
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            InputStream raw = Channels.newInputStream(channel);
            BasicFileAttributes opened = Files.readAttributes(path, BasicFileAttributes.class);
            return isGzip(channel)
                    ? new Content(name, new StrictGzip(raw), null, channel, opened)
                    : new Content(name, raw, channel, channel, opened);
        } catch (IOException e) {
            IOException fault = explain(name, e);
            close(channel, fault);
            throw fault;
        }
    }

    /** The contents of a stream that can be read once, decompressed if it is gzipped; it is closed with this. */
    public static Content ofStream(String name, InputStream in) throws IOException {
        BufferedInputStream begin = new BufferedInputStream(in, BUFFER);
        try {
            begin.mark(GZIP_MAGIC.length);
            boolean gzip = Arrays.equals(begin.readNBytes(GZIP_MAGIC.length), GZIP_MAGIC);
            begin.reset();
            return new Content(name, gzip ? new StrictGzip(begin) : begin, null, in, null);
        } catch (IOException e) {
            IOException fault = explain(name, e);
            close(in, fault);
            throw fault;
        }
    }

    /** The contents of a stream; `owner` is closed with it. */
    public static Content ofStream(String name, InputStream in, Closeable owner) {
        return new Content(name, in, null, owner, null);
    }

    /** For messages: the path, and the member of an npz. */
    public String name() {
        return name;
    }

    /** Whether it comes as a stream, decompressed or out of a pipe, so that only reading tells how much there is. */
    public boolean isStreamed() {
        return file == null;
    }

    /** Up to n of the next bytes (fewer at the end), left to be read again. n is at most 64 KiB. */
    public byte[] peek(int n) throws IOException {
        try {
            in.mark(n);
            byte[] bytes = in.readNBytes(n);
            in.reset();
            return bytes;
        } catch (IOException e) {
            throw explain(name, e);
        }
    }

    /** Reads up to `count` bytes; fewer only at the end. */
    public int read(byte[] into, int count) throws IOException {
        try {
            int n = in.readNBytes(into, 0, count);
            position += n;
            return n;
        } catch (IOException e) {
            throw explain(name, e);
        }
    }

    /** Exactly n bytes, a small number; `what` names them in the message if the file ends first. */
    public byte[] take(int n, String what) throws IOException {
        byte[] bytes = new byte[n];
        if (read(bytes, n) < n) {
            throw DataFormatException.of(name, "it ends within " + what, "copy or write the file again");
        }
        return bytes;
    }

    /** What is left as a stream. */
    public InputStream stream() {
        return in;
    }

    /** Bytes left to read, −1 if only reading can tell. */
    public long remaining() throws IOException {
        try {
            return file == null ? -1 : file.size() - position;
        } catch (IOException e) {
            throw explain(name, e);
        }
    }

    /** @throws DataFormatException if anything follows */
    public void requireEnd() throws IOException {
        requireUnchanged();
        if (file == null ? peek(1).length > 0 : remaining() > 0) {
            throw trailing();
        }
    }

    /**
     * Holds the file against what it was when it was opened; one that took its name meanwhile does not matter.
     *
     * @throws DataFormatException if it was written to, so that what was read may be a mixture
     */
    public void requireUnchanged() throws IOException {
        if (opened == null) {
            return;
        }
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(Path.of(name), BasicFileAttributes.class);
        } catch (IOException e) {
            return; // it has gone: what is open stays whole
        }
        if (Objects.equals(now.fileKey(), opened.fileKey())
                && (now.size() != opened.size() || !now.lastModifiedTime().equals(opened.lastModifiedTime()))) {
            throw DataFormatException.of(
                    name, "it was written to while it was read", "try again once it is written whole");
        }
    }

    /** The complaint about bytes after the last element. */
    public DataFormatException trailing() {
        return DataFormatException.of(
                name, "more bytes follow after the last element", "check that the header tells the true shape");
    }

    @Override
    public void close() throws IOException {
        try {
            in.close();
            owner.close();
        } catch (IOException e) {
            throw new IOException(name + ": closing failed: " + e.getMessage(), e);
        }
    }

    /** An I/O failure as the exception it is: a fault of the contents, or one of the disk. */
    public static IOException explain(String name, IOException e) {
        if (e instanceof EOFException || e instanceof ZipException) {
            return new DataFormatException(
                    name + ": the compressed data is damaged or cut off (" + e.getMessage() + "); copy the file again.",
                    e);
        }
        return new IOException(name + ": reading failed: " + e.getMessage(), e);
    }

    private static void requireReadable(Path path, String name) throws IOException {
        if (!Files.exists(path)) {
            throw DataFormatException.of(name, "there is no such file", "check the path");
        }
        if (Files.isDirectory(path)) {
            throw DataFormatException.of(name, "it is a folder", "give the path of a data file");
        }
        if (!Files.isReadable(path)) {
            throw DataFormatException.of(name, "it may not be read", "check its permissions");
        }
    }

    private static boolean isGzip(FileChannel channel) throws IOException {
        byte[] magic = new byte[GZIP_MAGIC.length];
        return channel.read(ByteBuffer.wrap(magic), 0) == magic.length && Arrays.equals(magic, GZIP_MAGIC);
    }

    private static void close(Closeable resource, Throwable fault) {
        if (resource != null) {
            try {
                resource.close();
            } catch (IOException e) {
                fault.addSuppressed(e);
            }
        }
    }

    /** A gzip reader that refuses what the JDK's passes over: bytes after the last member that are no gzip. */
    private static final class StrictGzip extends GZIPInputStream {
        StrictGzip(InputStream in) throws IOException {
            super(in, BUFFER);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int n = super.read(into, offset, length);
            if (n < 0 && (inf.getRemaining() > GZIP_TRAILER || in.available() > 0)) {
                throw new ZipException("bytes that are no gzip follow");
            }
            return n;
        }
    }
}
