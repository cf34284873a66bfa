package dev.mnistnative.format;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.array.NpzWriter;
import dev.mnistnative.internal.WholeFile;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Task;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

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
     * Reads a net from safetensors (a checkpoint included), ONNX, PyTorch's .pt or .pth, or NumPy's npz, told apart by
     * the content; docs/file-formats.md says what of each is understood. Nothing in a file is ever executed.
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
        try (ByteSource file = ByteSource.open(path)) {
            return read(file, notes);
        }
    }

    /**
     * The same from a stream, which is read to its end and left open.
     *
     * @param name what it is called in messages
     * @throws DataFormatException if it does not hold the parameters of such a net
     */
    public static SavedModel read(InputStream in, String name) throws IOException {
        return read(in, name, note -> {});
    }

    /** The same, and tells what was left out of the stream and what had to be assumed. */
    public static SavedModel read(InputStream in, String name, Consumer<String> notes) throws IOException {
        return read(ByteSource.of(name, ByteBuffer.wrap(in.readAllBytes())), notes);
    }

    /**
     * Only the parameters, from the same files; what else they say need not fit the net.
     *
     * @throws DataFormatException if the file does not hold the parameters of such a net
     */
    public static Parameters readParameters(Path path) throws IOException {
        try (ByteSource file = ByteSource.open(path)) {
            return understood(file, () -> content(file, note -> {}).parameters());
        }
    }

    private static SavedModel read(ByteSource file, Consumer<String> notes) throws IOException {
        Objects.requireNonNull(notes, "notes");
        return understood(file, () -> {
            Content content = content(file, notes);
            return new SavedModel(content.parameters(), content.info().get());
        });
    }

    /** What a file holds: its net, and what it says of the numbers, which is looked into when it is asked for. */
    record Content(Parameters parameters, Supplier<ModelInfo> info) {}

    private static Content content(ByteSource file, Consumer<String> notes) throws IOException {
        return switch (FileKind.of(file.name(), file.head(FileKind.HEAD_BYTES))) {
            case ONNX -> OnnxReader.read(file, notes);
            case ZIP -> ZipModels.read(file, notes);
            case TORCH_OLD -> TorchReader.readOldFormat(file, notes);
            case SAFETENSORS -> {
                TensorFile tensors = SafetensorsReader.read(file);
                yield new Content(Safetensors.parameters(tensors, notes), () -> Safetensors.info(tensors));
            }
        };
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T understood(ByteSource file, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (IllegalArgumentException e) {
            throw new DataFormatException(file.name() + ": " + e.getMessage(), e);
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
     * @throws IllegalArgumentException if the format cannot hold so large a net, or probabilities are asked of values
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

    /** The operator behind the logits. */
    private static Optional<String> ending(ModelFormat format, Task task) {
        if (format != ModelFormat.ONNX_PROBABILITIES) {
            return Optional.empty();
        }
        return switch (task) {
            case CLASSES -> Optional.of("Softmax");
            case MULTI_LABEL -> Optional.of("Sigmoid");
            case VALUES ->
                throw new IllegalArgumentException(
                        "the net's outputs are values, of which there are no probabilities: write it as plain ONNX");
        };
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
                        ByteBuffer.wrap(
                                Onnx.bytes(parameters, ending(format, info.task()), MetadataCodec.encode(info))));
            case NPZ -> NpzWriter.write(Channels.newOutputStream(out), NetArrays.of(this));
        }
    }
}
