package dev.mnistnative.format;

import dev.mnistnative.net.ModelMetadata;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes nets as NumPy's npz, as {@code numpy.savez} does: uncompressed npy arrays of format 1.0, the weights float32
 * under the state dict's names. The metadata's entries are arrays beside them: {@code activation}, {@code scale} and {@code scale_of}
 * without dimension, {@code mean} and {@code std} float64 [features], {@code class_names} texts [classes].
 */
public final class NpzWriter {
    private static final int ALIGNMENT = 64;
    private static final int PREAMBLE = 10; // magic, version, length of the header
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0); // the same net, the same bytes

    private NpzWriter() {}

    /** An array as NumPy describes it. */
    private record Array(String type, List<Long> shape, ByteBuffer data) {
        static Array of(Tensor tensor) {
            return new Array("<f4", tensor.shape(), tensor.data());
        }

        static Array of(List<Long> shape, double... values) {
            ByteBuffer data = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            data.asDoubleBuffer().put(values);
            return new Array("<f8", shape, data);
        }

        /** Texts of equal length in UTF-32, filled up with 0. */
        static Array of(List<Long> shape, List<String> texts) {
            int length = texts.stream()
                    .mapToInt(text -> text.codePointCount(0, text.length()))
                    .max()
                    .orElse(1);
            ByteBuffer data =
                    ByteBuffer.allocate(texts.size() * length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < texts.size(); i++) {
                data.position(i * length * Integer.BYTES);
                texts.get(i).codePoints().forEach(data::putInt);
            }
            return new Array("<U" + length, shape, data.clear());
        }

        byte[] header() {
            String sizes = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
            String tuple = shape.size() == 1 ? "(" + sizes + ",)" : "(" + sizes + ")";
            String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + tuple + ", }";
            int length = (PREAMBLE + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - PREAMBLE;
            byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) length, (byte) (length >> 8)};
            ByteBuffer header = ByteBuffer.allocate(PREAMBLE + length).put(magic);
            header.put(text.getBytes(StandardCharsets.US_ASCII));
            while (header.remaining() > 1) {
                header.put((byte) ' ');
            }
            return header.put((byte) '\n').array();
        }
    }

    /** Writes a net, whole or not at all. */
    public static void write(Path path, Parameters parameters) throws IOException {
        write(path, parameters, ModelMetadata.NONE);
    }

    /** The same with what is known of its samples and its classes. */
    public static void write(Path path, Parameters parameters, ModelMetadata metadata) throws IOException {
        Map<String, Array> arrays = new LinkedHashMap<>();
        StateDict.ofParameters(parameters).forEach((name, tensor) -> arrays.put(name, Array.of(tensor)));
        MetadataCodec.activations(parameters.net())
                .ifPresent(text -> arrays.put(MetadataCodec.ACTIVATION, Array.of(List.of(), List.of(text))));
        addMetadata(arrays, metadata);
        WholeFile.write(path, out -> {
            ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(out));
            for (Map.Entry<String, Array> array : arrays.entrySet()) {
                write(zip, array.getKey() + ".npy", array.getValue());
            }
            zip.finish(); // and not close: the file is still to be synced
            zip.flush();
        });
    }

    private static void addMetadata(Map<String, Array> arrays, ModelMetadata metadata) {
        if (metadata.scale() != null) {
            arrays.put(MetadataCodec.SCALE, Array.of(List.of(), metadata.scale()));
            if (metadata.bytesOnly()) {
                arrays.put(MetadataCodec.SCALE_OF, Array.of(List.of(), List.of(MetadataCodec.BYTES)));
            }
        }
        if (metadata.standardizer() != null) {
            double[] mean = metadata.standardizer().mean();
            List<Long> features = List.of((long) mean.length);
            arrays.put(MetadataCodec.MEAN, Array.of(features, mean));
            arrays.put(
                    MetadataCodec.STD,
                    Array.of(features, metadata.standardizer().std()));
        }
        List<String> names = metadata.classNames();
        if (!names.isEmpty()) {
            arrays.put(MetadataCodec.CLASS_NAMES, Array.of(List.of((long) names.size()), names));
        }
    }

    private static void write(ZipOutputStream zip, String name, Array array) throws IOException {
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
