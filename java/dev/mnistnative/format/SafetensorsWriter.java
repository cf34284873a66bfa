package dev.mnistnative.format;

import dev.mnistnative.internal.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringJoiner;

/** Writes safetensors: the header, then the tensors in its order. */
final class SafetensorsWriter {
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    static void write(WritableByteChannel out, TensorFile file) throws IOException {
        WholeFile.writeAll(out, header(file));
        for (Tensor tensor : file.tensors().values()) {
            WholeFile.writeAll(out, tensor.data());
        }
    }

    /** The length and the JSON, padded with spaces so that the elements are aligned. */
    private static ByteBuffer header(TensorFile file) {
        StringJoiner entries = new StringJoiner(",", "{", "}");
        if (!file.metadata().isEmpty()) {
            StringJoiner pairs = new StringJoiner(",", "{", "}");
            file.metadata().forEach((key, value) -> pairs.add(HeaderJson.quote(key) + ":" + HeaderJson.quote(value)));
            entries.add("\"__metadata__\":" + pairs);
        }
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : file.tensors().entrySet()) {
            Tensor tensor = entry.getValue();
            long end = offset + tensor.data().remaining();
            entries.add(HeaderJson.quote(entry.getKey()) + ":{\"dtype\":\""
                    + tensor.type().safetensors() + "\",\"shape\":"
                    + tensor.shape().toString().replace(" ", "") + ",\"data_offsets\":[" + offset + "," + end + "]}");
            offset = end;
        }
        byte[] json = entries.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }
}
