package dev.mnistnative.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes nets as NumPy's npz, as {@code numpy.savez} does: uncompressed npy arrays of format 1.0, float32, under the
 * state dict's names.
 */
public final class NpzWriter {
    private static final int ALIGNMENT = 64;
    private static final int PREAMBLE = 10; // magic, version, length of the header
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0); // the same net, the same bytes

    private NpzWriter() {}

    /** Writes a net, whole or not at all. */
    public static void write(Path path, Parameters parameters) throws IOException {
        Map<String, Tensor> tensors = StateDict.ofParameters(parameters);
        WholeFile.write(path, out -> {
            ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(out));
            for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
                write(zip, tensor.getKey() + ".npy", tensor.getValue());
            }
            zip.finish(); // and not close: the file is still to be synced
            zip.flush();
        });
    }

    private static void write(ZipOutputStream zip, String name, Tensor tensor) throws IOException {
        byte[] header = header(tensor);
        CRC32 sum = new CRC32();
        sum.update(header);
        sum.update(tensor.data());
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize((long) header.length + tensor.data().remaining());
        entry.setCrc(sum.getValue());
        entry.setTimeLocal(EPOCH);
        zip.putNextEntry(entry);
        zip.write(header);
        copy(tensor.data(), zip);
        zip.closeEntry();
    }

    private static byte[] header(Tensor tensor) {
        String shape = tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(", "));
        String tuple = tensor.shape().size() == 1 ? "(" + shape + ",)" : "(" + shape + ")";
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': " + tuple + ", }";
        int length = (PREAMBLE + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - PREAMBLE;
        byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) length, (byte) (length >> 8)};
        ByteBuffer header = ByteBuffer.allocate(PREAMBLE + length).put(magic);
        header.put(text.getBytes(StandardCharsets.US_ASCII));
        while (header.remaining() > 1) {
            header.put((byte) ' ');
        }
        return header.put((byte) '\n').array();
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
