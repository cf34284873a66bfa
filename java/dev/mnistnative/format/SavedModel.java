package dev.mnistnative.format;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.net.ModelMetadata;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A net as a file holds it.
 *
 * @param parameters its weights and biases
 * @param metadata what is known of its samples and its classes
 */
public record SavedModel(Parameters parameters, ModelMetadata metadata) {
    /** @throws IllegalArgumentException if the metadata does not fit the net */
    public SavedModel {
        metadata.requireFit(parameters.net());
    }

    /**
     * Reads a safetensors file ({@link Safetensors#readParameters}), a checkpoint included, or an ONNX file ({@link
     * Onnx#read}); told apart by the content.
     *
     * @throws DataFormatException if the file does not hold the parameters of such a net
     */
    public static SavedModel read(Path path) throws IOException {
        return Onnx.matches(head(path)) ? Onnx.read(path) : readSafetensors(path);
    }

    /** Only the parameters, from the same files; what else they say need not fit the net. */
    public static Parameters readParameters(Path path) throws IOException {
        return Onnx.matches(head(path)) ? Onnx.read(path).parameters() : Safetensors.readParameters(path);
    }

    private static byte[] head(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return new byte[0]; // the reader says it
        }
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(Onnx.HEAD_BYTES);
        }
    }

    private static SavedModel readSafetensors(Path path) throws IOException {
        TensorFile file = Safetensors.read(path);
        try {
            return new SavedModel(Safetensors.parameters(file), MetadataCodec.decode(file.metadata()));
        } catch (IllegalArgumentException e) {
            throw new DataFormatException(path + ": " + e.getMessage(), e);
        }
    }

    /** Writes it as safetensors, whole or not at all. */
    public void writeSafetensors(Path path) throws IOException {
        Safetensors.writeParameters(path, parameters, MetadataCodec.encode(metadata));
    }

    /**
     * Writes it as ONNX, whole or not at all.
     *
     * @param softmax whether probabilities come out instead of logits
     */
    public void writeOnnx(Path path, boolean softmax) throws IOException {
        Onnx.write(path, parameters, softmax, MetadataCodec.encode(metadata));
    }

    /** Writes it as npz, whole or not at all. */
    public void writeNpz(Path path) throws IOException {
        NpzWriter.write(path, parameters, metadata);
    }
}
