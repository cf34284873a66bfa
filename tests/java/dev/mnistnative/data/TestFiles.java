package dev.mnistnative.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files made by hand, byte by byte, by the formats' own descriptions. */
public final class TestFiles {
    private TestFiles() {}

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] npyHead(int version, String dictionary) {
        byte[] text = dictionary.getBytes(version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        ByteBuffer length = ByteBuffer.allocate(version == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
        if (version == 1) {
            length.putShort((short) text.length);
        } else {
            length.putInt(text.length);
        }
        byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0};
        return concat(magic, length.array(), text);
    }

    /** A version 1.0 file with C order; `data` as it stands behind the head. */
    public static byte[] npy(String descr, byte[] data, int... shape) {
        return concat(npyHead(1, dictionary(descr, false, shape)), data);
    }

    static String dictionary(String descr, boolean fortran, int... shape) {
        String tuple = Arrays.stream(shape).mapToObj(d -> d + ",").collect(Collectors.joining(" "));
        return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" + tuple
                + "), }\n";
    }

    static byte[] idx(int type, byte[] data, int... shape) {
        ByteBuffer head = ByteBuffer.allocate(4 + 4 * shape.length);
        head.put(new byte[] {0, 0, (byte) type, (byte) shape.length});
        Arrays.stream(shape).forEach(head::putInt);
        return concat(head.array(), data);
    }

    static byte[] gzip(byte[] contents) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(contents);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] npz(boolean deflated, Map<String, byte[]> members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                zip.putNextEntry(entry(deflated, member.getKey() + ".npy", member.getValue()));
                zip.write(member.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static ZipEntry entry(boolean deflated, String name, byte[] contents) {
        ZipEntry entry = new ZipEntry(name);
        if (!deflated) {
            CRC32 crc = new CRC32();
            crc.update(contents);
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(contents.length);
            entry.setCrc(crc.getValue());
        }
        return entry;
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] floats(ByteOrder order, float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(order);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return buffer.array();
    }

    public static byte[] doubles(ByteOrder order, double... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * values.length).order(order);
        bytes.asDoubleBuffer().put(values);
        return bytes.array();
    }

    /** A copy of all labels. */
    static int[] labels(Dataset set) {
        int[] labels = new int[set.size()];
        set.labels().get(labels);
        return labels;
    }

    static Path write(Path folder, String name, byte[] contents) {
        try {
            return Files.write(folder.resolve(name), contents);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
