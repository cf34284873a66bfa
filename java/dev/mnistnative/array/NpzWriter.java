package dev.mnistnative.array;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes NumPy's npz as {@code numpy.savez} does: a zip of uncompressed npy arrays. The same arrays, the same bytes.
 */
public final class NpzWriter {
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0); // the earliest a zip can tell

    private NpzWriter() {}

    /** Writes the arrays under their names; the stream is flushed and left open. */
    public static void write(OutputStream out, Map<String, NpyArray> arrays) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        for (Map.Entry<String, NpyArray> array : arrays.entrySet()) {
            write(zip, array.getKey() + ".npy", array.getValue());
        }
        zip.finish();
        zip.flush();
    }

    private static void write(ZipOutputStream zip, String name, NpyArray array) throws IOException {
        byte[] header = array.header();
        CRC32 sum = new CRC32();
        sum.update(header);
        sum.update(array.data().duplicate());
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize((long) header.length + array.data().remaining());
        entry.setCrc(sum.getValue());
        entry.setTimeLocal(EPOCH);
        zip.putNextEntry(entry);
        zip.write(header);
        copy(array.data().duplicate(), zip);
        zip.closeEntry();
    }

    private static void copy(ByteBuffer from, OutputStream to) throws IOException {
        byte[] block = new byte[1 << 16];
        while (from.hasRemaining()) {
            int count = Math.min(block.length, from.remaining());
            from.get(block, 0, count);
            to.write(block, 0, count);
        }
    }
}
