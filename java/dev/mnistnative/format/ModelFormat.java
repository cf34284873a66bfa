package dev.mnistnative.format;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** The formats that nets are written in. */
public enum ModelFormat {
    /** Hugging Face's safetensors, float32: loads into the PyTorch model. */
    SAFETENSORS(".safetensors"),
    /** ONNX whose output is the logits. */
    ONNX(".onnx"),
    /** ONNX whose output is the probabilities: a Softmax follows the logits. */
    ONNX_PROBABILITIES(""),
    /** NumPy's npz, as {@code numpy.savez} writes it. */
    NPZ(".npz");

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
}
