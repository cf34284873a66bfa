package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.internal.ProtoMessage;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Activations in ONNX graphs: our own, and the ways in which others write them. */
class OnnxActivationTest {
    private static final Parameters NET = Parameters.initial(Mlp.of(3, 4, 2), 5);

    @TempDir
    private Path folder;

    /** Between two layers, from x to y. */
    private static final class Between {
        private final ProtoMessage graph = new ProtoMessage();

        Between() {
            graph.message(OnnxField.GRAPH_INPUT, new ProtoMessage().text(OnnxField.VALUE_NAME, "pixels"));
            StateDict.ofParameters(NET)
                    .forEach((name, tensor) -> graph.message(
                            OnnxField.GRAPH_INITIALIZER,
                            dimensions(tensor.shape())
                                    .number(OnnxField.TENSOR_DATA_TYPE, OnnxField.FLOAT)
                                    .text(OnnxField.TENSOR_NAME, name)
                                    .bytes(OnnxField.TENSOR_RAW_DATA, tensor.data())));
            layer("x", "pixels", StateDict.layer(0));
        }

        private static ProtoMessage dimensions(List<Long> shape) {
            ProtoMessage tensor = new ProtoMessage();
            shape.forEach(size -> tensor.number(OnnxField.TENSOR_DIMS, size));
            return tensor;
        }

        private void layer(String to, String from, String name) {
            ProtoMessage transB =
                    new ProtoMessage().text(OnnxField.ATTRIBUTE_NAME, "transB").number(OnnxField.ATTRIBUTE_I, 1);
            graph.message(
                    OnnxField.GRAPH_NODE,
                    Onnx.node("Gemm", name, to, from, name + ".weight", name + ".bias")
                            .message(OnnxField.NODE_ATTRIBUTE, transB));
        }

        Between node(String operator, String to, String... from) {
            return node(operator, Map.of(), to, from);
        }

        /** Attributes are floats or texts. */
        Between node(String operator, Map<String, Object> attributes, String to, String... from) {
            ProtoMessage node = Onnx.node(operator, to, to, from);
            attributes.forEach((name, value) -> {
                ProtoMessage attribute = new ProtoMessage().text(OnnxField.ATTRIBUTE_NAME, name);
                node.message(
                        OnnxField.NODE_ATTRIBUTE,
                        value instanceof Float real
                                ? attribute.real(OnnxField.ATTRIBUTE_F, real)
                                : attribute.text(OnnxField.ATTRIBUTE_S, (String) value));
            });
            graph.message(OnnxField.GRAPH_NODE, node);
            return this;
        }

        Between constant(String name, double value) {
            Tensor tensor = Tensor.ofFloats(new float[] {(float) value});
            graph.message(
                    OnnxField.GRAPH_INITIALIZER,
                    new ProtoMessage()
                            .number(OnnxField.TENSOR_DATA_TYPE, OnnxField.FLOAT)
                            .text(OnnxField.TENSOR_NAME, name)
                            .bytes(OnnxField.TENSOR_RAW_DATA, tensor.data()));
            return this;
        }

        Path write(Path folder) throws IOException {
            layer("logits", "y", StateDict.layer(1));
            graph.message(OnnxField.GRAPH_OUTPUT, new ProtoMessage().text(OnnxField.VALUE_NAME, "logits"));
            ProtoMessage model =
                    new ProtoMessage().number(OnnxField.MODEL_IR_VERSION, 8).message(OnnxField.MODEL_GRAPH, graph);
            return Files.write(folder.resolve("m.onnx"), model.toBytes());
        }
    }

    private void expect(Activation activation, Between between) throws IOException {
        Parameters read = SavedModel.read(between.write(folder)).parameters();
        assertEquals(Parameters.of(NET.net().withActivation(activation), NET.values()), read);
    }

    private static Between between() {
        return new Between();
    }

    @Test
    void ownFilesKeepParameters() throws IOException {
        Path file = folder.resolve("m.onnx");
        List<Activation> several = List.of(Activation.leakyRelu(0.2), Activation.elu(1.5), Activation.IDENTITY);
        Mlp net = Mlp.of(5, 4, 4, 4, 2).withActivations(several);
        SavedModel written = new SavedModel(Parameters.initial(net, 3), ModelInfo.NONE);
        written.write(file, ModelFormat.ONNX);
        assertEquals(written, SavedModel.read(file));
    }

    @Test
    void operatorsWithAttributes() throws IOException {
        expect(Activation.leakyRelu(0.01), between().node("LeakyRelu", "y", "x"));
        expect(Activation.leakyRelu(0.2), between().node("LeakyRelu", Map.of("alpha", 0.2f), "y", "x"));
        expect(Activation.elu(0.5), between().node("Elu", Map.of("alpha", 0.5f), "y", "x"));
        expect(Activation.GELU, between().node("Gelu", "y", "x"));
        expect(Activation.GELU_TANH, between().node("Gelu", Map.of("approximate", "tanh"), "y", "x"));
        expect(Activation.SILU, between().node("Swish", "y", "x"));
        expect(Activation.SELU, between().node("Selu", Map.of("alpha", 1.6732632f, "gamma", 1.050701f), "y", "x"));
        expect(Activation.leakyRelu(0.25), between().constant("s", 0.25).node("PRelu", "y", "x", "s"));
    }

    @Test
    void asPytorchComposesThem() throws IOException {
        expect(Activation.SILU, between().node("Sigmoid", "s", "x").node("Mul", "y", "x", "s"));
        expect(
                Activation.GELU,
                between()
                        .constant("r", 1.4142135381698608)
                        .constant("one", 1)
                        .constant("half", 0.5)
                        .node("Div", "d", "x", "r")
                        .node("Erf", "e", "d")
                        .node("Add", "a", "e", "one")
                        .node("Mul", "m", "x", "a")
                        .node("Mul", "y", "m", "half"));
        expect(
                Activation.GELU_TANH,
                between()
                        .constant("three", 3)
                        .constant("k", 0.044715)
                        .constant("b", 0.7978845608)
                        .constant("one", 1)
                        .constant("half", 0.5)
                        .node("Pow", "p", "x", "three")
                        .node("Mul", "c", "k", "p")
                        .node("Add", "s", "x", "c")
                        .node("Mul", "i", "b", "s")
                        .node("Tanh", "t", "i")
                        .node("Add", "a", "one", "t")
                        .node("Mul", "h", "half", "x")
                        .node("Mul", "y", "h", "a"));
    }

    @Test
    void asOthersComposeThem() throws IOException {
        expect(
                Activation.leakyRelu(0.1),
                between().constant("s", 0.1).node("Mul", "m", "x", "s").node("Max", "y", "m", "x"));
        expect(Activation.RELU, between().constant("zero", 0).node("Max", "y", "zero", "x"));
        expect(Activation.RELU, between().constant("zero", 0).node("Clip", "y", "x", "zero"));
        expect(
                Activation.RELU,
                between().constant("zero", 0).node("Greater", "g", "x", "zero").node("Where", "y", "g", "x", "zero"));
    }

    @Test
    void otherFunctionsAreRefused() throws IOException {
        refused(
                "goes to 2 nodes",
                between()
                        .constant("k", 1.702)
                        .node("Mul", "m", "x", "k")
                        .node("Sigmoid", "s", "m")
                        .node("Mul", "y", "x", "s"));
        refused("a node Clip", between().constant("zero", 0).constant("six", 6).node("Clip", "y", "x", "zero", "six"));
        refused("a node Selu", between().node("Selu", Map.of("alpha", 2f), "y", "x"));
    }

    private void refused(String why, Between between) throws IOException {
        Path file = between.write(folder);
        String message = assertThrows(DataFormatException.class, () -> SavedModel.read(file))
                .getMessage();
        assertTrue(message.contains(why), message);
    }
}
