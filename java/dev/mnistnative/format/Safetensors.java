package dev.mnistnative.format;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Files of Hugging Face's safetensors format. What is written loads in PyTorch with {@code
 * safetensors.torch.load_file} into the state dict of the article's model, and the other way round.
 *
 * <p>A file is written beside its final name, synced to the disk and renamed: at any moment the name holds the whole
 * old or the whole new file. Reading allocates by the file's true size, never by what a header claims.
 */
public final class Safetensors {
    /** Tensors whose names begin so are an optimizer's and not the net's. */
    public static final String OPTIMIZER_PREFIX = "optimizer.";

    /** What PyTorch's loaders look for. */
    private static final Map<String, String> PYTORCH = Map.of("format", "pt");

    private Safetensors() {}

    /**
     * Reads a net's parameters: {@code PREFIX.N.weight} and {@code PREFIX.N.bias}, or {@code N.weight} and {@code
     * N.bias}, layers in increasing order of N; F32, or F64, F16, BF16 turned into float32. Of a checkpoint it takes
     * the weights.
     *
     * @throws DataFormatException if the file is damaged or does not hold the parameters of such a net
     */
    public static Parameters readParameters(Path path) throws IOException {
        TensorFile file = read(path);
        try {
            return parameters(file);
        } catch (IllegalArgumentException e) {
            throw new DataFormatException(path + ": " + e.getMessage(), e);
        }
    }

    /**
     * The net's parameters among a file's tensors, named as for {@link #readParameters}; its activations by the
     * metadata, else ReLU.
     *
     * @throws IllegalArgumentException if they are not those of such a net
     */
    public static Parameters parameters(TensorFile file) {
        Map<String, Tensor> net = new LinkedHashMap<>(file.tensors());
        net.keySet().removeIf(name -> name.startsWith(OPTIMIZER_PREFIX));
        return StateDict.toParameters(net, file.metadata().get(MetadataCodec.ACTIVATION));
    }

    /** The parameters as tensors, named {@code linear_relu_stack.{0,2,4,…}.weight} and {@code .bias}, F32. */
    public static Map<String, Tensor> stateDict(Parameters parameters) {
        return StateDict.ofParameters(parameters);
    }

    /** Writes a net's parameters as {@code linear_relu_stack.{0,2,4,…}.weight} and {@code .bias}, F32. */
    public static void writeParameters(Path path, Parameters parameters) throws IOException {
        writeParameters(path, parameters, Map.of());
    }

    /** The same, with entries of one's own in {@code __metadata__}. */
    public static void writeParameters(Path path, Parameters parameters, Map<String, String> metadata)
            throws IOException {
        Map<String, String> all = new LinkedHashMap<>(PYTORCH);
        MetadataCodec.activations(parameters.net()).ifPresent(text -> all.put(MetadataCodec.ACTIVATION, text));
        all.putAll(metadata);
        write(path, new TensorFile(StateDict.ofParameters(parameters), all));
    }

    /**
     * Reads any safetensors file.
     *
     * @throws DataFormatException if the file is damaged
     */
    public static TensorFile read(Path path) throws IOException {
        return SafetensorsReader.read(path);
    }

    /** Writes any safetensors file, replacing one of that name. */
    public static void write(Path path, TensorFile file) throws IOException {
        SafetensorsWriter.write(path, file);
    }
}
