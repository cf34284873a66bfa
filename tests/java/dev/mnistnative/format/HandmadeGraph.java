package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.internal.ProtoMessage;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A graph that is put together by hand, from x to the value named last. */
final class HandmadeGraph {
    /** 3-2-2: weights [fan_out, fan_in] and biases. */
    static final Parameters NET =
            Parameters.of(Mlp.of(3, 2, 2), new float[] {1, 2, 3, 4, 5, 6, 0.5f, -0.5f, 7, 8, 9, 10, 0.25f, -0.25f});

    final ProtoMessage graph = new ProtoMessage();
    String last = "x";

    HandmadeGraph() {
        graph.message(OnnxField.GRAPH_INPUT, named("x"));
    }

    static ProtoMessage named(String name) {
        return new ProtoMessage().text(OnnxField.VALUE_NAME, name);
    }

    /** A node that takes the present value and the constants; attributes are whole numbers. */
    HandmadeGraph node(String operator, Map<String, Integer> attributes, String... constants) {
        ProtoMessage node = new ProtoMessage().text(OnnxField.NODE_INPUT, last);
        for (String constant : constants) {
            node.text(OnnxField.NODE_INPUT, constant);
        }
        return add(node, operator, attributes);
    }

    HandmadeGraph add(ProtoMessage node, String operator, Map<String, Integer> attributes) {
        last = last + "." + operator;
        attributes.forEach((name, value) -> node.message(
                OnnxField.NODE_ATTRIBUTE,
                new ProtoMessage().text(OnnxField.ATTRIBUTE_NAME, name).number(OnnxField.ATTRIBUTE_I, value)));
        graph.message(
                OnnxField.GRAPH_NODE, node.text(OnnxField.NODE_OUTPUT, last).text(OnnxField.NODE_OP_TYPE, operator));
        return this;
    }

    HandmadeGraph node(String operator, String... constants) {
        return node(operator, Map.of(), constants);
    }

    HandmadeGraph constant(String name, ByteBuffer data, int type, int... shape) {
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

    HandmadeGraph floats(String name, float[] values, int... shape) {
        return constant(name, bytes(values), OnnxField.FLOAT, shape);
    }

    /** One with NET's constants: w0 and w2 [fan_in, fan_out], v0 and v2 [fan_out, fan_in], b0 and b2. */
    static HandmadeGraph withConstants() {
        return new HandmadeGraph()
                .floats("w0", new float[] {1, 4, 2, 5, 3, 6}, 3, 2)
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

    Parameters read(Path folder) throws IOException {
        return SavedModel.read(write(folder)).parameters();
    }

    void refused(Path folder, String why) throws IOException {
        refusedFile(write(folder), why);
    }

    static void refusedFile(Path file, String why) {
        String message = assertThrows(DataFormatException.class, () -> SavedModel.read(file), why)
                .getMessage();
        assertTrue(message.startsWith(file + ": "), message);
        assertTrue(message.contains(why), message);
    }

    static ByteBuffer bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }
}
