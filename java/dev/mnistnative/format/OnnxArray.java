package dev.mnistnative.format;

import dev.mnistnative.ElementType;
import dev.mnistnative.internal.ProtoField;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A constant of an ONNX graph. NaN among whole numbers stands for the number of samples, which a graph leaves open.
 *
 * @param type ONNX's number of it
 * @param shape dimensions; empty for a scalar
 * @param values elements, row-major; every type's that are computed with are exact in float64
 */
record OnnxArray(int type, List<Long> shape, double[] values) {
    OnnxArray {
        shape = List.copyOf(shape);
    }

    static OnnxArray wholes(double... values) {
        return new OnnxArray(OnnxField.INT64, List.of((long) values.length), values);
    }

    boolean isWhole() {
        return type != OnnxField.FLOAT
                && type != OnnxField.DOUBLE
                && type != OnnxField.FLOAT16
                && type != OnnxField.BFLOAT16;
    }

    /** The elements as float32. */
    float[] toFloats() {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** The message of a tensor, apart from its elements. */
    static final class Stored {
        private final List<Long> shape = new ArrayList<>();
        private final Map<String, String> external = new LinkedHashMap<>();
        private final List<String> texts = new ArrayList<>();
        private final ByteBuffer message;
        private ByteBuffer raw;
        private boolean elsewhere;
        private int type;

        /** @throws IllegalArgumentException if the message is no tensor */
        Stored(ByteBuffer message) {
            this.message = message;
            ProtoField.forEach(message, field -> {
                switch (field.number()) {
                    case OnnxField.TENSOR_DIMS -> field.forEachNumber(shape::add);
                    case OnnxField.TENSOR_DATA_TYPE -> type = (int) field.value();
                    case OnnxField.TENSOR_DATA_LOCATION -> elsewhere = field.value() != 0;
                    case OnnxField.TENSOR_RAW_DATA -> raw = field.message();
                    case OnnxField.TENSOR_STRING_DATA -> texts.add(field.text());
                    case OnnxField.TENSOR_EXTERNAL_DATA ->
                        external.put(
                                OnnxGraph.text(field.message(), OnnxField.ENTRY_KEY),
                                OnnxGraph.text(field.message(), OnnxField.ENTRY_VALUE));
                    default -> {}
                }
            });
        }

        List<Long> shape() {
            return shape;
        }

        /** The elements of a tensor of texts. */
        List<String> texts() {
            return texts;
        }

        boolean isText() {
            return type == OnnxField.STRING;
        }

        /**
         * The elements.
         *
         * @param file that the message is of; others lie beside it
         */
        Tensor tensor(ByteSource file) throws IOException {
            ElementType element = elementType(type);
            long bytes = Tensor.byteCount(element, shape);
            if (elsewhere) {
                return new Tensor(element, shape, ExternalData.read(file, external, bytes));
            }
            return new Tensor(element, shape, raw == null ? numbers(element, bytes) : raw);
        }

        OnnxArray array(ByteSource file) throws IOException {
            Tensor tensor = tensor(file);
            double[] values =
                    new double[tensor.data().remaining() / tensor.type().bytes()];
            tensor.type().toDoubles(tensor.data(), values, values.length);
            return new OnnxArray(type, shape, values);
        }

        /** Elements that stand as numbers of the message, and not as bytes. */
        private ByteBuffer numbers(ElementType element, long bytes) {
            FileContents.require(
                    bytes >= 0 && bytes <= (long) message.remaining() * Long.BYTES,
                    "a tensor " + element.safetensors() + " " + shape + " takes " + bytes + " bytes, but has fewer");
            ByteBuffer data = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
            ProtoField.forEach(message, field -> {
                switch (field.number()) {
                    case OnnxField.TENSOR_FLOAT_DATA, OnnxField.TENSOR_DOUBLE_DATA -> put(data, field.message());
                    case OnnxField.TENSOR_INT32_DATA, OnnxField.TENSOR_INT64_DATA, OnnxField.TENSOR_UINT64_DATA ->
                        field.forEachNumber(value -> put(data, element.bytes(), value));
                    default -> {}
                }
            });
            return data.flip();
        }

        private static void put(ByteBuffer data, ByteBuffer bytes) {
            requireRoom(data, bytes.remaining());
            data.put(bytes.duplicate());
        }

        private static void put(ByteBuffer data, int bytes, long value) {
            requireRoom(data, bytes);
            for (int i = 0; i < bytes; i++) {
                data.put((byte) (value >>> Byte.SIZE * i));
            }
        }

        private static void requireRoom(ByteBuffer data, int bytes) {
            FileContents.require(data.remaining() >= bytes, "a tensor has more elements than its shape tells");
        }
    }

    private static ElementType elementType(int type) {
        return switch (type) {
            case OnnxField.FLOAT -> ElementType.FLOAT32;
            case OnnxField.DOUBLE -> ElementType.FLOAT64;
            case OnnxField.FLOAT16 -> ElementType.FLOAT16;
            case OnnxField.BFLOAT16 -> ElementType.BFLOAT16;
            case OnnxField.UINT8 -> ElementType.UINT8;
            case OnnxField.INT8 -> ElementType.INT8;
            case OnnxField.UINT16 -> ElementType.UINT16;
            case OnnxField.INT16 -> ElementType.INT16;
            case OnnxField.INT32 -> ElementType.INT32;
            case OnnxField.INT64 -> ElementType.INT64;
            case OnnxField.UINT32 -> ElementType.UINT32;
            case OnnxField.UINT64 -> ElementType.UINT64;
            case OnnxField.BOOL -> ElementType.BOOL;
            default ->
                throw new IllegalArgumentException("numbers of ONNX's type " + type + " cannot be read: save float32");
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OnnxArray that
                && type == that.type
                && shape.equals(that.shape)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode() + Arrays.hashCode(values);
    }
}
