package dev.mnistnative.format;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.internal.WholeFile;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Files of Hugging Face's safetensors format, whatever their tensors are; nets are read and written by {@link
 * SavedModel}.
 *
 * <p>A file is written beside its final name, synced to the disk and renamed: at any moment the name holds the whole
 * old or the whole new file. Reading allocates by the file's true size, never by what a header claims.
 */
public final class Safetensors {
    /** Tensors whose names begin so are an optimizer's and not the net's. */
    public static final String OPTIMIZER_PREFIX = "optimizer.";

    /** A checkpoint's second set of weights: those of the best epoch. */
    public static final String BEST_PARAMETERS = "best.parameters";

    private Safetensors() {}

    /**
     * Reads any safetensors file.
     *
     * @throws DataFormatException if the file is damaged
     */
    public static TensorFile read(Path path) throws IOException {
        try (ByteSource file = ByteSource.open(path)) {
            return SafetensorsReader.read(file);
        }
    }

    /**
     * Reads a stream to its end as a safetensors file; it is left open.
     *
     * @param name what it is called in messages
     * @throws DataFormatException if what comes out of it is damaged
     */
    public static TensorFile read(InputStream in, String name) throws IOException {
        return SafetensorsReader.read(ByteSource.of(name, ByteBuffer.wrap(in.readAllBytes())));
    }

    /** Writes any safetensors file, replacing one of that name. */
    public static void write(Path path, TensorFile file) throws IOException {
        WholeFile.write(path, out -> SafetensorsWriter.write(out, file));
    }

    /** Writes the same bytes to a stream, which is left open. */
    public static void write(OutputStream out, TensorFile file) throws IOException {
        SafetensorsWriter.write(Channels.newChannel(out), file);
    }

    /**
     * The net's parameters among a file's tensors: those of Linear layers, whatever their names, in the order that
     * numbers in these tell, or else their shapes; F32, or F64, F16, BF16 turned into float32. A layer without bias
     * gets zeros. Its activations by the metadata, else ReLU. Of a checkpoint it takes the weights.
     *
     * @throws IllegalArgumentException if they are not those of such a net, or one is not finite
     */
    public static Parameters parameters(TensorFile file) {
        return parameters(file, note -> {});
    }

    /** The same, and tells what was left out and assumed. */
    static Parameters parameters(TensorFile file, Consumer<String> notes) {
        Map<String, Tensor> net = new LinkedHashMap<>(file.tensors());
        net.keySet().removeIf(name -> name.startsWith(OPTIMIZER_PREFIX) || name.equals(BEST_PARAMETERS));
        List<String> names = net.keySet().stream()
                .filter(name -> ParameterName.of(name).isPresent())
                .toList();
        boolean ordered = !names.equals(names.stream().sorted().toList()); // as its usual writer sorts them
        try {
            return StateDict.toParameters(net, ordered, file.metadata().get(MetadataCodec.ACTIVATION), notes);
        } catch (IOException e) { // never: they are in memory
            throw new UncheckedIOException(e);
        }
    }

    /** The parameters as tensors, named {@code linear_relu_stack.{0,2,4,…}.weight} and {@code .bias}, F32. */
    public static Map<String, Tensor> stateDict(Parameters parameters) {
        return StateDict.ofParameters(parameters);
    }

    /**
     * What a file's metadata says of its net; what else is there is passed over.
     *
     * @throws IllegalArgumentException if an entry is wrong
     */
    public static ModelInfo info(TensorFile file) {
        return MetadataCodec.decode(file.metadata());
    }

    /** The metadata that says what a net is and what its numbers mean; PyTorch's loaders look for its first entry. */
    public static Map<String, String> metadata(Mlp net, ModelInfo info) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.putAll(MetadataCodec.encode(net, info));
        return metadata;
    }
}
