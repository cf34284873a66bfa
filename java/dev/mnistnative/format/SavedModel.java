package dev.mnistnative.format;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.array.NpzWriter;
import dev.mnistnative.internal.WholeFile;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A net as a file holds it: the one door through which nets come in and go out.
 *
 * @param parameters its weights and biases
 * @param info what its numbers mean
 */
public record SavedModel(Parameters parameters, ModelInfo info) {
    /** @throws IllegalArgumentException if the info does not fit the net */
    public SavedModel {
        Objects.requireNonNull(parameters, "parameters");
        info.requireFit(parameters.net());
    }

    /**
     * Reads a safetensors file ({@link Safetensors#parameters}), a checkpoint included, or an ONNX file: Gemm, or
     * MatMul and Add, with activations between them; before the first a Flatten, after the last a Softmax may stand,
     * which is left out. They are told apart by the content.
     *
     * @throws DataFormatException if the file does not hold the parameters of such a net
     */
    public static SavedModel read(Path path) throws IOException {
        return read(path, note -> {});
    }

    /**
     * The same, and tells what was left out of the file and what had to be assumed.
     *
     * @param notes takes a sentence each
     * @throws DataFormatException if the file does not hold the parameters of such a net
     */
    public static SavedModel read(Path path, Consumer<String> notes) throws IOException {
        Objects.requireNonNull(notes, "notes");
        return Onnx.matches(head(path))
                ? OnnxReader.read(path)
                : ofSafetensors(path.toString(), Safetensors.read(path));
    }

    /**
     * The same from a stream, which is read to its end and left open.
     *
     * @param name what it is called in messages
     * @throws DataFormatException if it does not hold the parameters of such a net
     */
    public static SavedModel read(InputStream in, String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes());
        return Onnx.matches(bytes.array())
                ? OnnxReader.read(name, bytes)
                : ofSafetensors(name, SafetensorsReader.read(name, bytes));
    }

    /**
     * Only the parameters, from the same files; what else they say need not fit the net.
     *
     * @throws DataFormatException if the file does not hold the parameters of such a net
     */
    public static Parameters readParameters(Path path) throws IOException {
        if (Onnx.matches(head(path))) {
            return OnnxReader.read(path).parameters();
        }
        TensorFile file = Safetensors.read(path);
        try {
            return Safetensors.parameters(file);
        } catch (IllegalArgumentException e) {
            throw new DataFormatException(path + ": " + e.getMessage(), e);
        }
    }

    private static byte[] head(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return new byte[0]; // the reader says it
        }
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(Onnx.HEAD_BYTES);
        }
    }

    private static SavedModel ofSafetensors(String name, TensorFile file) throws DataFormatException {
        try {
            return new SavedModel(Safetensors.parameters(file), Safetensors.info(file));
        } catch (IllegalArgumentException e) {
            throw new DataFormatException(name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes it in the format that the name's ending tells, whole or not at all.
     *
     * @throws IllegalArgumentException if the ending is none of {@code .safetensors}, {@code .onnx} and {@code .npz}
     */
    public void write(Path path) throws IOException {
        write(path, ModelFormat.ofName(path));
    }

    /**
     * Writes it whole or not at all: beside its name, synced to the disk and renamed.
     *
     * @throws IllegalArgumentException if the format cannot hold so large a net
     */
    public void write(Path path, ModelFormat format) throws IOException {
        WholeFile.write(path, out -> write(out, format));
    }

    /**
     * Writes the same bytes to a stream, which is left open.
     *
     * @throws IllegalArgumentException if the format cannot hold so large a net
     */
    public void write(OutputStream out, ModelFormat format) throws IOException {
        write(Channels.newChannel(out), format);
    }

    private void write(WritableByteChannel out, ModelFormat format) throws IOException {
        switch (format) {
            case SAFETENSORS ->
                SafetensorsWriter.write(
                        out,
                        new TensorFile(
                                StateDict.ofParameters(parameters), Safetensors.metadata(parameters.net(), info)));
            case ONNX, ONNX_PROBABILITIES ->
                WholeFile.writeAll(
                        out,
                        ByteBuffer.wrap(Onnx.bytes(
                                parameters, format == ModelFormat.ONNX_PROBABILITIES, MetadataCodec.encode(info))));
            case NPZ -> NpzWriter.write(Channels.newOutputStream(out), NetArrays.of(this));
        }
    }
}
