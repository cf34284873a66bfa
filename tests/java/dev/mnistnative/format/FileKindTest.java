package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no model that can be read is named for what it is; pickles are asked for nothing but a state dict. */
class FileKindTest {
    @TempDir
    private Path folder;

    private String refusal(byte[] contents) {
        return assertThrows(
                        DataFormatException.class,
                        () -> SavedModel.read(new ByteArrayInputStream(contents), "the file"))
                .getMessage();
    }

    private static byte[] bytes(String text) {
        return text.translateEscapes().getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | it is empty",
                "version https://git-lfs.github.com/spec/v1\\noid sha256:4d7a | Git LFS pointer",
                "<!DOCTYPE html><html> | web page",
                "`  \\n<html lang=en>` | web page",
                "{\"metadata\": {}, \"weight_map\": {}} | index of safetensors",
                "{\"class_name\": \"Sequential\"} | it is JSON",
                "<?xml version=\"1.0\"?><PMML> | XML",
                "\\211HDF\\r\\n\\032\\n________ | HDF5",
                "MATLAB 5.0 MAT-file, Platform: GLNXA64 | MATLAB",
                "PAR1\\25\\4\\25 | Parquet",
                "\\34\\0\\0\\0TFL3\\24\\0 | TensorFlow Lite",
                "\\223NUMPY\\1\\0v\\0{'descr' | one NumPy array",
                "\\37\\213\\10\\0\\0\\0\\0\\0 | gzip",
                "\\200\\4\\225\\1\\0\\0\\0\\0\\0\\0\\0\\214\\32sklearn.neural_network._mlp | scikit-learn or joblib",
                "\\200\\4\\225\\1\\0\\0\\0\\0\\0\\0\\0]\\224. | Python pickle",
                "x\\234\\355\\1 | packed with zlib",
                "{\"model\" {\"a\": 1} | it is JSON",
                "GGUF\\3\\0\\0\\0 | GGUF",
                "\\211PNG\\r\\n\\032\\n | picture",
                "%PDF-1.7 | PDF",
                "hello, world | no safetensors file"
            })
    void foreignFilesAreNamed(String head, String what) {
        String message = refusal(bytes(head));
        assertTrue(message.startsWith("the file: "), message);
        assertTrue(message.contains(what), message);
    }

    @ParameterizedTest
    @CsvSource({
        "model.weights.h5, Keras",
        "m/serialized_exported_program.json, exported program",
        "photo.jpg, a zip of photo.jpg"
    })
    void foreignZipsAreNamed(String member, String what) throws IOException {
        String message = refusal(zip(member, new byte[3]));
        assertTrue(message.contains(what), message);
    }

    @Test
    void torchScriptIsNamed() throws IOException {
        String message = refusal(zip("net/data.pkl", new byte[1], "net/code/__torch__.py", new byte[1]));
        assertTrue(message.contains("TorchScript"), message);
    }

    @Test
    void aFolderIsNamed() {
        String message = assertThrows(DataFormatException.class, () -> SavedModel.read(folder))
                .getMessage();
        assertTrue(message.contains("it is a folder"), message);
    }

    private static byte[] zip(Object... members) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < members.length; i += 2) {
                zip.putNextEntry(new ZipEntry((String) members[i]));
                zip.write((byte[]) members[i + 1]);
            }
        }
        return bytes.toByteArray();
    }

    /** What a pickle would call is told and never called. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\\200\\2cposix\\nsystem\\nX\\4\\0\\0\\0true\\205R. | posix.system",
                "\\200\\2cbuiltins\\ngetattr\\n. | builtins.getattr",
                "\\200\\2c__main__\\nNet\\n)\\201. | whole model, an object of __main__.Net",
                "\\200\\2ctorch.nn.modules.container\\nSequential\\n)\\201. | torch.nn.modules.container.Sequential",
                "\\200\\4\\214\\27sklearn.neural_network_\\214\\3MLP\\223. | skl2onnx",
                "\\200\\2}X\\1\\0\\0\\0aK\\1s. | no dictionary in it has a layer's weight",
                "\\200\\2K\\1. | no dictionary of tensors",
                "\\200\\2. | takes what is not there",
                "\\200\\2( | cut off",
                "\\200\\2i | opcode 0x69",
                "\\200\\2]s. | takes what is not there",
                "\\200\\2}]]s. | a key that can be none",
                "\\200\\2h\\7. | refers to what is not there",
                "\\200\\2X\\377\\377\\377\\177. | cut off"
            })
    void picklesAreNeverExecuted(String pickle, String why) {
        String message = assertThrows(DataFormatException.class, () -> TorchProbe.read(bytes(pickle), "the file"))
                .getMessage();
        assertTrue(message.startsWith("the file: "), message);
        assertTrue(message.contains(why), message);
    }

    /** A tensor whose sizes reach beyond its storage, or that a storage of few bytes is to fill. */
    @ParameterizedTest
    @CsvSource({
        "K\\0K\\100K\\100\\206K\\100K\\1\\206",
        "K\\11K\\2K\\4\\206K\\4K\\1\\206",
        "K\\0J\\0\\0\\0\\100K\\4\\206K\\0K\\0\\206"
    })
    void tensorsStayInTheirStorages(String view) {
        String pickle = "\\200\\2}X\\10\\0\\0\\0a.weightctorch._utils\\n_rebuild_tensor_v2\\n("
                + "(X\\7\\0\\0\\0storagectorch\\nFloatStorage\\nX\\1\\0\\0\\0\\60X\\3\\0\\0\\0cpuK\\20tQ" + view
                + "\\211}tRs.";
        String message = assertThrows(DataFormatException.class, () -> TorchProbe.read(bytes(pickle), "the file"))
                .getMessage();
        assertTrue(
                message.contains("reaches beyond its storage") || message.contains("more elements than its storage"),
                message);
    }

    @Test
    void aBombIsNotUnpacked() throws IOException {
        byte[] zeros = new byte[1 << 27];
        String message = refusal(zip("a.weight.npy", zeros));
        assertTrue(message.startsWith("the file"), message);
        byte[] archive = zip("archive/data.pkl", zeros);
        assertTrue(refusal(archive).contains("at most"), refusal(archive));
    }

    @Test
    void aCutOffArchiveIsTold() throws IOException {
        byte[] whole =
                Files.readAllBytes(Path.of("tests/resources/models/fc.pth").toAbsolutePath());
        for (int length = 8; length < whole.length; length += 37) {
            assertTrue(refusal(Arrays.copyOf(whole, length)).startsWith("the file: "));
        }
    }
}
