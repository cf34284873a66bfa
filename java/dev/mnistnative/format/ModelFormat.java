package dev.mnistnative.format;

import dev.mnistnative.net.Mlp;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** The formats that nets are written in. */
public enum ModelFormat {
    /** Hugging Face's safetensors, float32: loads into the PyTorch model. */
    SAFETENSORS(".safetensors"),
    /** ONNX whose output is the logits. */
    ONNX(".onnx"),
    /** ONNX whose output is the probabilities: a Softmax follows the logits, or a Sigmoid where each is a label. */
    ONNX_PROBABILITIES(""),
    /** NumPy's npz, as {@code numpy.savez} writes it. */
    NPZ(".npz");

    private static final Set<String> OTHERS = Set.of(
            ".pt", ".pth", ".ckpt", ".bin", ".h5", ".hdf5", ".keras", ".tflite", ".pkl", ".pickle", ".joblib", ".mat",
            ".pb", ".npy", ".csv", ".json");

    private final String ending;

    ModelFormat(String ending) {
        this.ending = ending;
    }

    /**
     * The format that a file's name tells.
     *
     * @throws IllegalArgumentException if it has no ending of those known
     */
    public static ModelFormat ofName(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> !format.ending.isEmpty() && name.endsWith(format.ending))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        file + ": the name tells no format; end it in .safetensors, .onnx or .npz"));
    }

    /**
     * The format that a file is to be written in: what its ending tells, safetensors where it tells none.
     *
     * @throws IllegalArgumentException if the ending is of a format that is not written
     */
    public static ModelFormat forWriting(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (OTHERS.stream().anyMatch(name::endsWith)) {
            throw new IllegalArgumentException(
                    file + ": this format is not written; end the name in .safetensors, which PyTorch's users load with"
                            + " safetensors.torch.load_file, or in .onnx or .npz");
        }
        return Arrays.stream(values())
                .filter(format -> !format.ending.isEmpty() && name.endsWith(format.ending))
                .findFirst()
                .orElse(SAFETENSORS);
    }

    /**
     * Refuses a net that is too large for the format.
     *
     * @throws IllegalArgumentException that says which format takes it
     */
    public void requireRoom(Mlp net) {
        if (this == ONNX || this == ONNX_PROBABILITIES) {
            Onnx.requireRoom(net);
        }
    }
}
