package dev.mnistnative.format;

import dev.mnistnative.internal.ProtoField;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An operator of an ONNX graph and the names of the values that it takes and makes. */
final class OnnxNode {
    private String name = "";
    private String operator = "";
    private String domain = "";
    private final List<String> from = new ArrayList<>();
    private final List<String> to = new ArrayList<>();
    private final Map<String, Attribute> attributes = new HashMap<>();

    /** An attribute's values, of which one kind is there. */
    private static final class Attribute {
        private float real;
        private long whole;
        private String text;
        private ByteBuffer tensor;
        private final List<Double> reals = new ArrayList<>();
        private final List<Long> wholes = new ArrayList<>();
        private final List<String> texts = new ArrayList<>();
    }

    /** @throws IllegalArgumentException if the message is no node */
    static OnnxNode of(ByteBuffer message) {
        OnnxNode node = new OnnxNode();
        ProtoField.forEach(message, field -> {
            switch (field.number()) {
                case OnnxField.NODE_INPUT -> node.from.add(field.text());
                case OnnxField.NODE_OUTPUT -> node.to.add(field.text());
                case OnnxField.NODE_NAME -> node.name = field.text();
                case OnnxField.NODE_OP_TYPE -> node.operator = field.text();
                case OnnxField.NODE_DOMAIN -> node.domain = field.text();
                case OnnxField.NODE_ATTRIBUTE -> node.read(field.message());
                default -> {}
            }
        });
        return node;
    }

    private void read(ByteBuffer message) {
        Attribute attribute = new Attribute();
        String[] key = {""};
        ProtoField.forEach(message, field -> {
            switch (field.number()) {
                case OnnxField.ATTRIBUTE_NAME -> key[0] = field.text();
                case OnnxField.ATTRIBUTE_F -> attribute.real = field.asFloat();
                case OnnxField.ATTRIBUTE_I -> attribute.whole = field.value();
                case OnnxField.ATTRIBUTE_S -> attribute.text = field.text();
                case OnnxField.ATTRIBUTE_T -> attribute.tensor = field.message();
                case OnnxField.ATTRIBUTE_FLOATS -> field.forEachFloat(value -> attribute.reals.add((double) value));
                case OnnxField.ATTRIBUTE_INTS -> field.forEachNumber(attribute.wholes::add);
                case OnnxField.ATTRIBUTE_STRINGS -> attribute.texts.add(field.text());
                default -> {}
            }
        });
        attributes.put(key[0], attribute);
    }

    /** With its domain, unless that is ONNX's. */
    String operator() {
        return domain.isEmpty() || domain.equals("ai.onnx") ? operator : domain + "." + operator;
    }

    /** For messages: the operator and the name. */
    String title() {
        return name.isEmpty() ? operator() : operator() + " \"" + name + "\"";
    }

    List<String> from() {
        return from;
    }

    /** An input's name; "" where it is left out. */
    String from(int index) {
        return index < from.size() ? from.get(index) : "";
    }

    List<String> to() {
        return to;
    }

    /** Its first output, or "". */
    String result() {
        return to.isEmpty() ? "" : to.get(0);
    }

    boolean has(String attribute) {
        return attributes.containsKey(attribute);
    }

    long whole(String attribute, long otherwise) {
        return has(attribute) ? attributes.get(attribute).whole : otherwise;
    }

    float real(String attribute, float otherwise) {
        return has(attribute) ? attributes.get(attribute).real : otherwise;
    }

    /** A text, or null. */
    String text(String attribute) {
        return has(attribute) ? attributes.get(attribute).text : null;
    }

    /** The message of a tensor, or null. */
    ByteBuffer tensor(String attribute) {
        return has(attribute) ? attributes.get(attribute).tensor : null;
    }

    List<Long> wholes(String attribute) {
        return has(attribute) ? attributes.get(attribute).wholes : List.of();
    }

    List<Double> reals(String attribute) {
        return has(attribute) ? attributes.get(attribute).reals : List.of();
    }

    List<String> texts(String attribute) {
        return has(attribute) ? attributes.get(attribute).texts : List.of();
    }
}
