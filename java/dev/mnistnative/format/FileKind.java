package dev.mnistnative.format;

import dev.mnistnative.DataFormatException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * What a file is by its first bytes: one of the formats that nets are read from, or one that is known by name alone.
 */
enum FileKind {
    SAFETENSORS,
    ONNX,
    /** A zip: PyTorch's, NumPy's or another's. */
    ZIP,
    /** PyTorch's format before 1.6. */
    TORCH_OLD;

    /** So many first bytes are looked at. */
    static final int HEAD_BYTES = 4096;

    private static final int TFLITE_MAGIC = 4;
    private static final int TAR_MAGIC = 257;
    private static final String AS_ONNX = "export the model as ONNX, or save its weights as safetensors";
    private static final String KERAS =
            "save the arrays of its Dense layers by numpy.savez, or turn the model into ONNX with tf2onnx";

    /** A format that is not read. */
    private record Foreign(Predicate<Head> is, String what, String remedy) {}

    /** The first bytes, as such and as text. */
    private record Head(byte[] bytes, String text) {
        boolean begins(String start) {
            return text.startsWith(start);
        }

        boolean has(int offset, String magic) {
            return text.startsWith(magic, offset);
        }

        boolean contains(String word) {
            return text.contains(word);
        }

        /** Without space before it and in small letters. */
        boolean beginsWithWord(String word) {
            return text.stripLeading().toLowerCase(Locale.ROOT).startsWith(word);
        }

        /** Protocols 2 to 5 begin with their number. */
        boolean isPickle() {
            return bytes.length > 2 && bytes[0] == (byte) 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
        }

        boolean isJson() {
            return beginsWithWord("{") || beginsWithWord("[");
        }
    }

    /** Apart from the enum, so that a model that can be read does not wait for what it is not. */
    private static final class Known {
        static final List<Foreign> FOREIGN = List.of(
                new Foreign(head -> head.bytes.length == 0, "it is empty", "copy or save it again"),
                new Foreign(
                        head -> head.begins("version https://git-lfs"),
                        "it is a Git LFS pointer, not the model itself",
                        "fetch the model with \"git lfs pull\""),
                new Foreign(
                        head -> head.beginsWithWord("<!doctype html") || head.beginsWithWord("<html"),
                        "it is a web page, not a model",
                        "download the file itself, e.g. by the page's \"raw\" or \"download\" link"),
                new Foreign(
                        head -> head.isJson() && head.contains("\"weight_map\""),
                        "it is the index of safetensors in several parts",
                        "save the model as one safetensors file"),
                new Foreign(
                        Head::isJson,
                        "it is JSON, which tells a model's shape or settings, not its weights",
                        "give the file with the weights"),
                new Foreign(head -> head.beginsWithWord("<?xml"), "it is XML, e.g. PMML or OpenVINO's", AS_ONNX),
                new Foreign(
                        head -> head.begins("\u0089HDF\r\n\u001a\n"),
                        "it is HDF5, e.g. of Keras (.h5) or MATLAB 7.3",
                        KERAS),
                new Foreign(head -> head.begins("MATLAB 5.0"), "it is a MATLAB file", "save the arrays by numpy.savez"),
                new Foreign(head -> head.begins("PAR1"), "it is Parquet, a table", "give a model"),
                new Foreign(head -> head.has(TFLITE_MAGIC, "TFL3"), "it is TensorFlow Lite", AS_ONNX),
                new Foreign(
                        head -> head.has(TFLITE_MAGIC, "ORTM"),
                        "it is ONNX Runtime's own format (.ort)",
                        "give the ONNX file that it was made of"),
                new Foreign(
                        head -> head.isPickle() && (head.contains("sklearn") || head.contains("joblib")),
                        "it is a pickle of scikit-learn or joblib, which only Python can load",
                        "convert the model with skl2onnx, or save its arrays by numpy.savez as coef_0, intercept_0, "
                                + "coef_1 …"),
                new Foreign(
                        Head::isPickle,
                        "it is a Python pickle, which can run programs and is not read",
                        "load it in Python and save model.state_dict() with torch.save, or its arrays by numpy.savez"),
                new Foreign(head -> head.begins("GGUF"), "it is GGUF", AS_ONNX),
                new Foreign(
                        head -> head.begins("\u0093NUMPY"),
                        "it is one NumPy array",
                        "save all layers' arrays in one file by numpy.savez"),
                new Foreign(
                        head -> head.begins("\u0078\u009c")
                                || head.begins("\u0078\u0001")
                                || head.begins("\u0078\u00da"),
                        "it is packed with zlib, as joblib packs scikit-learn's models",
                        "convert the model with skl2onnx, or save its arrays by numpy.savez as coef_0, intercept_0, "
                                + "coef_1 …"),
                new Foreign(
                        head -> head.begins("\u001f\u008b"), "it is packed with gzip", "unpack it with gunzip first"),
                new Foreign(
                        head -> head.begins("BZh")
                                || head.begins("\u00fd7zXZ")
                                || head.begins("(\u00b5/\u00fd")
                                || head.begins("7z\u00bc\u00af")
                                || head.begins("Rar!"),
                        "it is packed",
                        "unpack it first"),
                new Foreign(
                        head -> head.has(TAR_MAGIC, "ustar") || head.begins("storages\0") || head.begins("pickle\0"),
                        "it is a tar archive",
                        "unpack it, and give the model in it; a file that PyTorch before 0.2 saved as tar wants to "
                                + "be loaded"
                                + " and saved by a newer one"),
                new Foreign(
                        head -> head.begins("\u0089PNG") || head.begins("\u00ff\u00d8\u00ff") || head.begins("GIF8"),
                        "it is a picture",
                        "give a model"),
                new Foreign(head -> head.begins("%PDF"), "it is a PDF", "give a model"));
    }

    /**
     * @param name of the file, for messages
     * @param first its first {@link #HEAD_BYTES}, or all of them
     * @throws DataFormatException that names a format that is known and not read
     */
    static FileKind of(String name, byte[] first) throws DataFormatException {
        if (Onnx.matches(Arrays.copyOf(first, Math.min(first.length, Onnx.HEAD_BYTES)))) {
            return ONNX;
        }
        if (first.length > Long.BYTES && first[Long.BYTES] == '{' && first[6] == 0 && first[7] == 0) {
            return SAFETENSORS;
        }
        Head head = new Head(first, new String(first, StandardCharsets.ISO_8859_1));
        if (head.begins("PK\u0003\u0004") || head.begins("PK\u0005\u0006")) {
            return ZIP;
        }
        if (TorchReader.isOldFormat(first)) {
            return TORCH_OLD;
        }
        for (Foreign foreign : Known.FOREIGN) {
            if (foreign.is.test(head)) {
                throw DataFormatException.of(name, foreign.what, foreign.remedy);
            }
        }
        return SAFETENSORS; // whose reader says what is wrong
    }
}
