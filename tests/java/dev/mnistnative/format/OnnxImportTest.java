package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.internal.ProtoMessage;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nets that come as ONNX: our own, others' ways to say the same, and what is no such net. */
class OnnxImportTest {
    /** 3-2-2: weights [fan_out, fan_in] and biases. */
    private static final Parameters NET =
            Parameters.of(Mlp.of(3, 2, 2), new float[] {1, 2, 3, 4, 5, 6, 0.5f, -0.5f, 7, 8, 9, 10, 0.25f, -0.25f});

    @TempDir
    private Path folder;

    /** A graph that is put together by hand, from x to the value named last. */
    private static final class Graph {
        private final ProtoMessage graph = new ProtoMessage();
        private String last = "x";

        Graph() {
            graph.message(OnnxField.GRAPH_INPUT, named("x"));
        }

        private static ProtoMessage named(String name) {
            return new ProtoMessage().text(OnnxField.VALUE_NAME, name);
        }

        /** A node that takes the present value and the constants; attributes are whole numbers. */
        Graph node(String operator, Map<String, Integer> attributes, String... constants) {
            ProtoMessage node = new ProtoMessage().text(OnnxField.NODE_INPUT, last);
            for (String constant : constants) {
                node.text(OnnxField.NODE_INPUT, constant);
            }
            return add(node, operator, attributes);
        }

        Graph add(ProtoMessage node, String operator, Map<String, Integer> attributes) {
            last = last + "." + operator;
            attributes.forEach((name, value) -> node.message(
                    OnnxField.NODE_ATTRIBUTE,
                    new ProtoMessage().text(OnnxField.ATTRIBUTE_NAME, name).number(OnnxField.ATTRIBUTE_I, value)));
            graph.message(
                    OnnxField.GRAPH_NODE,
                    node.text(OnnxField.NODE_OUTPUT, last).text(OnnxField.NODE_OP_TYPE, operator));
            return this;
        }

        Graph node(String operator, String... constants) {
            return node(operator, Map.of(), constants);
        }

        Graph constant(String name, ByteBuffer data, int type, int... shape) {
            ProtoMessage tensor = new ProtoMessage();
            for (int size : shape) {
                tensor.number(OnnxField.TENSOR_DIMS, size);
            }
            graph.message(
                    OnnxField.GRAPH_INITIALIZER,
                    tensor.number(OnnxField.TENSOR_DATA_TYPE, type)
                            .text(OnnxField.TENSOR_NAME, name)
                            .bytes(OnnxField.TENSOR_RAW_DATA, data));
            return this;
        }

        Graph floats(String name, float[] values, int... shape) {
            return constant(name, bytes(values), OnnxField.FLOAT, shape);
        }

        /** NET's constants: w0 and w2 [fan_in, fan_out], v0 and v2 [fan_out, fan_in], b0 and b2. */
        Graph constants() {
            return floats("w0", new float[] {1, 4, 2, 5, 3, 6}, 3, 2)
                    .floats("v0", NET.weight(0), 2, 3)
                    .floats("b0", NET.bias(0), 2)
                    .floats("w2", new float[] {7, 9, 8, 10}, 2, 2)
                    .floats("v2", NET.weight(1), 2, 2)
                    .floats("b2", NET.bias(1), 1, 2);
        }

        Path write(Path folder) throws IOException {
            return write(folder, last);
        }

        Path write(Path folder, String output) throws IOException {
            graph.message(OnnxField.GRAPH_OUTPUT, named(output));
            ProtoMessage model =
                    new ProtoMessage().number(OnnxField.MODEL_IR_VERSION, 8).message(OnnxField.MODEL_GRAPH, graph);
            return Files.write(folder.resolve("m.onnx"), model.toBytes());
        }
    }

    private static ByteBuffer bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"784,312,256,10", "5,3", "7,13,1,4"})
    void whatWasWrittenComesBackBitForBit(String sizes) throws IOException {
        int[] layers =
                Arrays.stream(sizes.split(",")).mapToInt(Integer::parseInt).toArray();
        Parameters parameters = Parameters.initial(Mlp.of(layers), 3);
        ModelInfo info = ModelInfo.NONE.withPreprocessing(Preprocessing.NONE
                .withScaling(Scaling.all(0.5))
                .withStandardizer(Standardizer.of(new double[layers[0]], ones(layers[0]))));
        Path file = folder.resolve("m.onnx");
        for (boolean softmax : new boolean[] {false, true}) {
            SavedModel written = new SavedModel(parameters, info);
            written.write(file, softmax ? ModelFormat.ONNX_PROBABILITIES : ModelFormat.ONNX);
            assertEquals(written, SavedModel.read(file));
        }
        try (Model model = Model.load(file);
                Model same = Model.of(parameters)) {
            float[] pixels = new float[layers[0]];
            Arrays.fill(pixels, 0.3f);
            assertArrayEquals(same.logits(pixels), model.logits(pixels));
        }
    }

    @Test
    void everyActivationComesBack() throws IOException {
        Path file = folder.resolve("m.onnx");
        for (Activation activation : Activation.all()) {
            Mlp net = Mlp.of(5, 4, 3, 2).withActivation(activation);
            SavedModel written = new SavedModel(Parameters.initial(net, 3), ModelInfo.NONE);
            written.write(file, ModelFormat.ONNX);
            assertEquals(written, SavedModel.read(file));
        }
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private Parameters read(Graph graph) throws IOException {
        return SavedModel.read(graph.write(folder)).parameters();
    }

    @Test
    void othersSayTheSameInOtherWays() throws IOException {
        assertEquals(
                NET,
                read(new Graph()
                        .constants()
                        .node("Flatten", Map.of("axis", 1))
                        .node("MatMul", "w0")
                        .node("Add", "b0")
                        .node("Relu")
                        .node("Dropout")
                        .node("Gemm", Map.of("transB", 1), "v2", "b2")
                        .node("LogSoftmax", Map.of("axis", 1))));
        assertEquals(
                NET,
                read(new Graph()
                        .constants()
                        .node("Identity")
                        .node("Gemm", "w0", "b0")
                        .node("Relu")
                        .node("Gemm", Map.of("transB", 0, "transA", 0), "w2", "b2")));
        // the bias first, and none at all
        Graph graph = new Graph().constants().node("MatMul", "w0");
        ProtoMessage add = new ProtoMessage().text(OnnxField.NODE_INPUT, "b0").text(OnnxField.NODE_INPUT, graph.last);
        Parameters read = read(graph.add(add, "Add", Map.of()).node("Relu").node("MatMul", "w2"));
        assertArrayEquals(NET.bias(0), read.bias(0));
        assertArrayEquals(NET.weight(1), read.weight(1));
        assertArrayEquals(new float[2], read.bias(1));
    }

    @Test
    void constantsMayBeOfOtherTypesAndKinds() throws IOException {
        ByteBuffer doubles = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : NET.weight(0)) {
            doubles.putDouble(value);
        }
        ProtoMessage packed = new ProtoMessage()
                .bytes(OnnxField.TENSOR_DIMS, new byte[] {2, 2})
                .number(OnnxField.TENSOR_DATA_TYPE, OnnxField.FLOAT)
                .bytes(OnnxField.TENSOR_FLOAT_DATA, bytes(NET.weight(1)));
        Graph graph = new Graph().constants().constant("d0", doubles.flip(), OnnxField.DOUBLE, 2, 3);
        graph.graph.message(OnnxField.GRAPH_INPUT, Graph.named("b0")); // a constant with a default, as older files have
        graph.graph.message(
                OnnxField.GRAPH_NODE,
                new ProtoMessage()
                        .text(OnnxField.NODE_OUTPUT, "c2")
                        .text(OnnxField.NODE_OP_TYPE, "Constant")
                        .message(
                                OnnxField.NODE_ATTRIBUTE,
                                new ProtoMessage()
                                        .text(OnnxField.ATTRIBUTE_NAME, "value")
                                        .message(OnnxField.ATTRIBUTE_T, packed)));
        assertEquals(
                NET,
                read(graph.node("Gemm", Map.of("transB", 1), "d0", "b0")
                        .node("Relu")
                        .node("Gemm", Map.of("transB", 1), "c2", "b2")));
    }

    private void refused(Graph graph, String why) throws IOException {
        refused(graph.write(folder), why);
    }

    private static void refused(Path file, String why) {
        String message = assertThrows(DataFormatException.class, () -> SavedModel.read(file), why)
                .getMessage();
        assertTrue(message.startsWith(file + ": "), message);
        assertTrue(message.contains(why), message);
    }

    private static Graph constants() {
        return new Graph().constants();
    }

    @Test
    void whatIsNoSuchNetIsRefusedWithTheReason() throws IOException {
        Map<String, Integer> transposed = Map.of("transB", 1);
        refused(constants().node("Conv", "w0"), "a node Conv");
        refused(constants().node("Gemm", "w0", "b0").node("Softsign").node("Gemm", "w2", "b2"), "a node Softsign");
        refused(constants().node("Gemm", "w0", "b0").node("Relu"), "must end with the logits");
        refused(constants().node("Relu").node("Gemm", "w0", "b0"), "a Relu must follow a layer");
        refused(constants().node("Add", "b0"), "must end with the logits");
        refused(constants().node("Gemm", Map.of("transA", 1), "w0", "b0"), "turned wrongly");
        refused(constants().node("Gemm", "none", "b0"), "\"none\" is not there");
        refused(constants().node("Gemm", "w0", "w2"), "\"w2\" of Gemm has shape [2, 2], which is not one number");
        refused(constants().node("Gemm", "b0", "b0"), "weight \"b0\" of Gemm has shape [2]");
        refused(constants().node("Gemm", "w0", "b0").node("Relu").node("Gemm", "w0", "b0"), "the 2 outputs");
        refused(constants().node("Gemm", transposed, "v0", "b0").node("Softmax", Map.of("axis", 0)), "Softmax");
        refused(constants().node("Gemm", "w0", "b0").node("Relu").node("Flatten"), "must end with the logits");
        refused(constants(), "must end with the logits");
        refused(new Graph().constant("i", bytes(1, 2), 77, 1, 1).node("MatMul", "i"), "type 77");
        refused(new Graph().floats("w", new float[3], 2, 2).node("MatMul", "w"), "\"w\": a tensor F32 [2, 2] takes 16");
        refused(new Graph().constant("w", bytes(), 1, 0, Integer.MAX_VALUE).node("MatMul", "w"), "shape [0, ");
        Graph branched = constants().node("Gemm", "w0", "b0");
        ProtoMessage second = new ProtoMessage().text(OnnxField.NODE_INPUT, "x");
        branched.add(second, "Identity", Map.of());
        ProtoMessage sum = new ProtoMessage().text(OnnxField.NODE_INPUT, "x.Gemm");
        sum.text(OnnxField.NODE_INPUT, "x.Gemm.Identity");
        refused(branched.add(sum, "Add", Map.of()).node("Gemm", "w2", "b2"), "\"x\" goes to 2 nodes (");
        Graph circle = constants();
        ProtoMessage back = new ProtoMessage().text(OnnxField.NODE_INPUT, "x").text(OnnxField.NODE_OUTPUT, "x");
        refused(circle.add(back, "Identity", Map.of()), "circle");
        refused(constants().node("Gemm", "w0", "b0").write(folder, "elsewhere"), "must be the output");
        Graph two = constants();
        two.graph.message(OnnxField.GRAPH_INPUT, Graph.named("y"));
        refused(two.node("Gemm", "w0", "b0"), "it has 2 inputs");
        refused(
                Files.write(folder.resolve("m.onnx"), new byte[] {8, 8, 0x3a, 9, 1, 2, 3, 4, 5}),
                "9 bytes, but only 5");
    }

    /** A constant whose numbers lie in another file. */
    private static Graph withExternal(String... entries) {
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
        Graph graph = constants();
        graph.graph.message(OnnxField.GRAPH_INITIALIZER, tensor);
        return graph.node("Gemm", "far", "b0");
    }

    @Test
    void numbersBesideTheModelAreRead() throws IOException {
        Files.createDirectories(folder.resolve("sub"));
        Files.write(
                folder.resolve("sub/w.data"),
                concat(new byte[8], bytes(1, 4, 2, 5, 3, 6).array()));
        Graph graph = withExternal("location", "sub/w.data", "offset", "8", "length", "24");
        Parameters read = read(graph.node("Relu").node("Gemm", "w2", "b2"));
        assertEquals(NET, read);
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

    @Test
    void arithmeticBetweenLayersBecomesPartOfThem() throws IOException {
        Map<String, Integer> turned = Map.of("transA", 1, "transB", 1);
        Graph scaled = constants()
                .floats("two", new float[] {2}, 1)
                .floats("half", new float[] {0.5f})
                .floats("b0half", new float[] {0.25f, -0.25f}, 2);
        assertEquals(
                NET, // (x · w / 2 + b / 2) · 2, and what comes out of the activation doubled, then halved
                read(scaled.node("MatMul", "w0")
                        .node("Div", "two")
                        .node("Add", "b0half")
                        .node("Mul", "two")
                        .node("Relu")
                        .node("Mul", "two")
                        .node("Div", "two")
                        .node("Gemm", "w2", "b2")
                        .node("Neg")
                        .node("Mul", "half")
                        .node("Div", "half")
                        .node("Neg")));
        Parameters inColumns = read(constants()
                .node("Transpose")
                .node("Gemm", turned, "v0", "b0")
                .node("Max", "zero")
                .floats("zero", new float[] {0})
                .node("Gemm", "w2", "b2")
                .node("Softmax"));
        assertEquals(NET, inColumns);
        Parameters merged = read(constants().node("Gemm", "w0", "b0").node("Gemm", "w2", "b2"));
        assertEquals(Mlp.of(3, 2), merged.net());
        assertArrayEquals(new float[] {7 + 32, 14 + 40, 21 + 48, 9 + 40, 18 + 50, 27 + 60}, merged.weight(0));
        assertArrayEquals(new float[] {3.5f - 4 + 0.25f, 4.5f - 5 - 0.25f}, merged.bias(0));
    }

    @Test
    void anExportInTrainingModeIsReadAsForInference() throws IOException {
        Graph graph = constants()
                .floats("ratio", new float[] {0.5f})
                .constant("true", ByteBuffer.wrap(new byte[] {1}), OnnxField.BOOL)
                .floats("ones", new float[] {1, 1}, 2)
                .floats("zeros", new float[2], 2)
                .floats("variance", new float[] {1 - 1e-5f, 1 - 1e-5f}, 2);
        graph.node("Gemm", "w0", "b0")
                .node("BatchNormalization", Map.of("training_mode", 1), "ones", "zeros", "zeros", "variance")
                .node("Relu")
                .node("Dropout", "ratio", "true")
                .node("Gemm", "w2", "b2");
        List<String> notes = new ArrayList<>();
        Parameters read = SavedModel.read(graph.write(folder), notes::add).parameters();
        assertArrayEquals(NET.values(), read.values(), 1e-5f);
        assertEquals(2, notes.size(), notes.toString());
    }

    @Test
    void aSigmoidOfOneOutputIsTwoClasses() throws IOException {
        Graph graph = constants().floats("w1", new float[] {3, 4}, 2, 1).floats("b1", new float[] {5}, 1);
        Parameters read = read(graph.node("Gemm", "w0", "b0")
                .node("Relu")
                .node("Gemm", "w1", "b1")
                .node("Sigmoid"));
        assertArrayEquals(new float[] {0, 0, 3, 4}, read.weight(1));
        assertArrayEquals(new float[] {0, 5}, read.bias(1));
    }

    @Test
    void whatCannotBeSuchANetIsNamed() throws IOException {
        refused(
                constants()
                        .node("Gemm", "w0", "b0")
                        .node("Relu")
                        .node("MatMul", "w2")
                        .node("Relu"),
                "node Relu there");
        refused(constants().node("LayerNormalization", "w0").node("Gemm", "w0"), "a node LayerNormalization");
        Graph doubled = constants();
        ProtoMessage twice = new ProtoMessage().text(OnnxField.NODE_INPUT, "x").text(OnnxField.NODE_INPUT, "x");
        refused(doubled.add(twice, "Mul", Map.of()).node("Gemm", "w0", "b0"), "takes the samples twice");
        refused(constants().node("Cast", Map.of("to", 7)).node("Gemm", "w0"), "whole numbers");
        Graph large = constants().constant("size", longs(1 << 20, 1 << 10), OnnxField.INT64, 2);
        large.graph.message(
                OnnxField.GRAPH_NODE,
                new ProtoMessage()
                        .text(OnnxField.NODE_INPUT, "size")
                        .text(OnnxField.NODE_OUTPUT, "zeros")
                        .text(OnnxField.NODE_OP_TYPE, "ConstantOfShape"));
        refused(large.node("MatMul", "zeros"), "larger than its size bears out");
    }

    private static ByteBuffer longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes;
    }

    @Test
    void aSafetensorsFileIsNotTakenForOnnx() throws IOException {
        Path file = folder.resolve("m.safetensors");
        for (int length = 0; length < 600; length++) {
            Safetensors.write(file, new TensorFile(Safetensors.stateDict(NET), Map.of("note", "x".repeat(length))));
            assertFalse(Onnx.matches(Arrays.copyOf(Files.readAllBytes(file), Onnx.HEAD_BYTES)));
        }
        for (int length : new int[] {0x1a08, 0x3a0208, 0x120a08}) { // whose bytes are those of a model's fields
            byte[] head = new byte[Onnx.HEAD_BYTES];
            ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put((byte) '{');
            assertFalse(Onnx.matches(head));
        }
        assertEquals(List.of(NET), List.of(SavedModel.read(file).parameters()));
    }
}
