package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.internal.ProtoMessage;
import dev.mnistnative.net.Parameters;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs whose numbers lie in files beside them. */
class OnnxExternalDataTest {
    @TempDir
    private Path folder;

    /** A constant whose numbers lie in another file. */
    private static HandmadeGraph withExternal(String... entries) {
        ProtoMessage tensor = new ProtoMessage()
                .text(OnnxField.TENSOR_NAME, "far")
                .number(OnnxField.TENSOR_DIMS, 3)
                .number(OnnxField.TENSOR_DIMS, 2)
                .number(OnnxField.TENSOR_DATA_TYPE, OnnxField.FLOAT)
                .number(OnnxField.TENSOR_DATA_LOCATION, 1);
        for (int i = 0; i < entries.length; i += 2) {
            tensor.message(
                    OnnxField.TENSOR_EXTERNAL_DATA,
                    new ProtoMessage()
                            .text(OnnxField.ENTRY_KEY, entries[i])
                            .text(OnnxField.ENTRY_VALUE, entries[i + 1]));
        }
        HandmadeGraph graph = HandmadeGraph.withConstants();
        graph.graph.message(OnnxField.GRAPH_INITIALIZER, tensor);
        return graph.node("Gemm", "far", "b0");
    }

    @Test
    void numbersBesideTheModelAreRead() throws IOException {
        Files.createDirectories(folder.resolve("sub"));
        Files.write(
                folder.resolve("sub/w.data"),
                concat(new byte[8], HandmadeGraph.bytes(1, 4, 2, 5, 3, 6).array()));
        HandmadeGraph graph = withExternal("location", "sub/w.data", "offset", "8", "length", "24");
        Parameters read = graph.node("Relu").node("Gemm", "w2", "b2").read(folder);
        assertEquals(HandmadeGraph.NET, read);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    @Test
    void noNumbersAreReadFromElsewhere() throws IOException {
        Path outside = Files.write(Files.createTempFile(folder.getParent(), "outside", ".data"), new byte[24]);
        Files.createSymbolicLink(folder.resolve("link"), outside);
        Files.createSymbolicLink(folder.resolve("up"), folder.getParent());
        Files.write(folder.resolve("short"), new byte[23]);
        String elsewhere = "no plain path in the folder of the model";
        for (String location : List.of(
                "../" + outside.getFileName(),
                "a/../../" + outside.getFileName(),
                outside.toString(),
                "link",
                "up/" + outside.getFileName(),
                "C:\\w.data",
                "a\\b",
                "",
                "\0")) {
            refused(withExternal("location", location), elsewhere);
        }
        refused(withExternal("location", "missing"), "not in the folder of the model");
        refused(withExternal("location", "short"), "which ends at 23");
        refused(withExternal("location", "short", "length", "99999999999"), "has 99999999999");
        refused(withExternal("location", "short", "offset", "-1"), "no number");
        refused(withExternal("location", "short", "offset", "999999999999999999"), "which ends at 23");
        byte[] model = Files.readAllBytes(withExternal("location", "short").write(folder));
        String message = assertThrows(
                        DataFormatException.class, () -> SavedModel.read(new ByteArrayInputStream(model), "the stream"))
                .getMessage();
        assertTrue(message.contains("which a stream does not lead to"), message);
        for (Path made : List.of(outside, folder.resolve("link"), folder.resolve("up"))) {
            Files.delete(made);
        }
    }

    private void refused(HandmadeGraph graph, String why) throws IOException {
        graph.refused(folder, why);
    }
}
