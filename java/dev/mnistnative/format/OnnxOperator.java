package dev.mnistnative.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongConsumer;

/** One node whose inputs are all constants, computed as ONNX says (any opset from 7 on). */
final class OnnxOperator {
    private static final int MAX_RANK = 16;

    private final OnnxNode node;
    private final List<OnnxArray> inputs;
    private final LongConsumer spend;

    /** @param spend is told the number of elements before they are made */
    OnnxOperator(OnnxNode node, List<OnnxArray> inputs, LongConsumer spend) {
        this.node = node;
        this.inputs = inputs;
        this.spend = spend;
    }

    /** @throws IllegalArgumentException if the operator is not known or its inputs do not fit */
    OnnxArray result() {
        return switch (node.operator()) {
            case "Constant" -> constant();
            case "Identity", "Dropout" -> input(0);
            case "Cast" -> cast((int) node.whole("to", OnnxField.FLOAT));
            case "CastLike" -> cast(input(1).type());
            case "Neg" -> each(x -> -x);
            case "Abs" -> each(Math::abs);
            case "Sqrt" -> each(Math::sqrt);
            case "Exp" -> each(Math::exp);
            case "Log" -> each(Math::log);
            case "Floor" -> each(Math::floor);
            case "Ceil" -> each(Math::ceil);
            case "Reciprocal" -> each(x -> 1 / x);
            case "Add", "Sum" -> both((a, b) -> a + b);
            case "Sub" -> both((a, b) -> a - b);
            case "Mul" -> both((a, b) -> a * b);
            case "Div" -> both(input(0).isWhole() ? OnnxOperator::quotient : (a, b) -> a / b);
            case "Pow" -> both(Math::pow);
            case "Max" -> both(Math::max);
            case "Min" -> both(Math::min);
            case "PRelu" -> both((x, slope) -> x < 0 ? slope * x : x);
            case "Clip" -> clip();
            case "Equal" -> both((a, b) -> a == b ? 1 : 0);
            case "Greater" -> both((a, b) -> a > b ? 1 : 0);
            case "GreaterOrEqual" -> both((a, b) -> a >= b ? 1 : 0);
            case "Less" -> both((a, b) -> a < b ? 1 : 0);
            case "LessOrEqual" -> both((a, b) -> a <= b ? 1 : 0);
            case "Where" -> where();
            case "Reshape" -> reshape();
            case "Flatten" -> flatten();
            case "Squeeze" -> withShape(OnnxShapes.squeezed(input(0).shape(), axes()));
            case "Unsqueeze" -> withShape(OnnxShapes.unsqueezed(input(0).shape(), axes()));
            case "Transpose" -> transpose();
            case "Gather" -> gather();
            case "Concat" -> concat();
            case "Slice" -> slice();
            case "ConstantOfShape" -> constantOfShape();
            case "Expand" -> both(input(0), filled(input(1), 1, input(0).type()), (a, b) -> a * b);
            case "Range" -> range();
            case "MatMul" -> product();
            default -> each(OnnxFunctions.of(node).orElseThrow(() -> unknown("computes constants")));
        };
    }

    private IllegalArgumentException unknown(String why) {
        return new IllegalArgumentException("the node " + node.title() + " " + why + ", which is not supported");
    }

    private OnnxArray input(int index) {
        FileContents.require(
                index < inputs.size() && inputs.get(index) != null,
                "the node " + node.title() + " has no input " + (index + 1));
        return inputs.get(index);
    }

    private boolean has(int index) {
        return index < inputs.size() && inputs.get(index) != null;
    }

    /** A Constant whose value is no tensor. */
    private OnnxArray constant() {
        if (node.has("value_float")) {
            return new OnnxArray(OnnxField.FLOAT, List.of(), new double[] {node.real("value_float", 0)});
        }
        if (node.has("value_int")) {
            return new OnnxArray(OnnxField.INT64, List.of(), new double[] {node.whole("value_int", 0)});
        }
        if (node.has("value_floats")) {
            double[] values = node.reals("value_floats").stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            return new OnnxArray(OnnxField.FLOAT, List.of((long) values.length), values);
        }
        if (node.has("value_ints")) {
            return OnnxArray.wholes(node.wholes("value_ints").stream()
                    .mapToDouble(Long::doubleValue)
                    .toArray());
        }
        throw unknown("has a value that is no number");
    }

    private double[] room(List<Long> shape) {
        long count = OnnxShapes.count(shape);
        spend.accept(count);
        return new double[(int) count];
    }

    private static double rounded(int type, double value) {
        return type == OnnxField.FLOAT ? (float) value : value;
    }

    private static double quotient(double a, double b) {
        double quotient = a / b;
        return quotient < 0 ? Math.ceil(quotient) : Math.floor(quotient);
    }

    private OnnxArray cast(int type) {
        OnnxArray from = input(0);
        double[] to = room(from.shape());
        OnnxArray cast = new OnnxArray(type, from.shape(), to);
        for (int i = 0; i < to.length; i++) {
            double value = from.values()[i];
            to[i] = cast.isWhole() && !Double.isNaN(value) ? quotient(value, 1) : rounded(type, value);
        }
        return cast;
    }

    private OnnxArray each(DoubleUnaryOperator function) {
        OnnxArray from = input(0);
        double[] to = room(from.shape());
        for (int i = 0; i < to.length; i++) {
            to[i] = rounded(from.type(), function.applyAsDouble(from.values()[i]));
        }
        return new OnnxArray(from.type(), from.shape(), to);
    }

    private OnnxArray both(DoubleBinaryOperator function) {
        FileContents.require(inputs.size() == 2, "the node " + node.title() + " has " + inputs.size() + " inputs");
        return both(input(0), input(1), function);
    }

    private OnnxArray both(OnnxArray a, OnnxArray b, DoubleBinaryOperator function) {
        List<Long> shape = OnnxShapes.broadcast(a.shape(), b.shape());
        double[] to = room(shape);
        int[] left = OnnxShapes.sources(a.shape(), shape);
        int[] right = OnnxShapes.sources(b.shape(), shape);
        for (int i = 0; i < to.length; i++) {
            to[i] = rounded(a.type(), function.applyAsDouble(a.values()[left[i]], b.values()[right[i]]));
        }
        return new OnnxArray(a.type(), shape, to);
    }

    /** Its bounds are inputs from opset 11 on, attributes before. */
    private OnnxArray clip() {
        double least = has(1) ? input(1).values()[0] : node.real("min", Float.NEGATIVE_INFINITY);
        double most = has(2) ? input(2).values()[0] : node.real("max", Float.POSITIVE_INFINITY);
        return each(x -> Math.min(Math.max(x, least), most));
    }

    private OnnxArray where() {
        OnnxArray yes = input(1);
        OnnxArray no = input(2);
        List<Long> shape = OnnxShapes.broadcast(input(0).shape(), OnnxShapes.broadcast(yes.shape(), no.shape()));
        double[] to = room(shape);
        int[] conditions = OnnxShapes.sources(input(0).shape(), shape);
        int[] left = OnnxShapes.sources(yes.shape(), shape);
        int[] right = OnnxShapes.sources(no.shape(), shape);
        for (int i = 0; i < to.length; i++) {
            to[i] = input(0).values()[conditions[i]] != 0 ? yes.values()[left[i]] : no.values()[right[i]];
        }
        return new OnnxArray(yes.type(), shape, to);
    }

    private OnnxArray withShape(List<Long> shape) {
        return new OnnxArray(input(0).type(), shape, input(0).values());
    }

    private OnnxArray reshape() {
        double[] wanted = has(1)
                ? input(1).values()
                : node.wholes("shape").stream().mapToDouble(Long::doubleValue).toArray();
        return withShape(OnnxShapes.reshaped(input(0).shape(), wanted, node.whole("allowzero", 0) != 0));
    }

    private OnnxArray flatten() {
        List<Long> shape = input(0).shape();
        int axis = OnnxShapes.axis(node.whole("axis", 1), shape.size() + 1);
        return withShape(
                List.of(OnnxShapes.count(shape.subList(0, axis)), OnnxShapes.count(shape.subList(axis, shape.size()))));
    }

    /** As an input from opset 13 on, as an attribute before. */
    private List<Long> axes() {
        return has(1) ? longs(input(1)) : node.wholes("axes");
    }

    private static List<Long> longs(OnnxArray array) {
        List<Long> longs = new ArrayList<>();
        for (double value : array.values()) {
            FileContents.require(!Double.isNaN(value), "the number of samples decides the shape of a constant");
            longs.add((long) value);
        }
        return longs;
    }

    private OnnxArray transpose() {
        List<Long> from = input(0).shape();
        List<Integer> order = OnnxShapes.permutation(node.wholes("perm"), from.size());
        List<Long> shape = order.stream().map(from::get).toList();
        double[] to = room(shape);
        int[] strides = OnnxShapes.strides(from);
        int[] place = new int[shape.size()];
        for (int i = 0; i < to.length; i++) {
            int source = 0;
            for (int d = 0; d < place.length; d++) {
                source += place[d] * strides[order.get(d)];
            }
            to[i] = input(0).values()[source];
            OnnxShapes.advance(place, shape);
        }
        return new OnnxArray(input(0).type(), shape, to);
    }

    /** From a vector or along the first axis of anything. */
    private OnnxArray gather() {
        OnnxArray from = input(0);
        OnnxArray which = input(1);
        FileContents.require(
                !from.shape().isEmpty()
                        && OnnxShapes.axis(node.whole("axis", 0), from.shape().size()) == 0,
                "the node " + node.title() + " gathers along another axis than the first, which is not supported");
        long size = from.shape().get(0);
        List<Long> shape = new ArrayList<>(which.shape());
        shape.addAll(from.shape().subList(1, from.shape().size()));
        double[] to = room(shape);
        int row = size == 0 ? 0 : (int) (from.values().length / size);
        for (int i = 0; i < which.values().length; i++) {
            double index = which.values()[i] < 0 ? which.values()[i] + size : which.values()[i];
            FileContents.require(index >= 0 && index < size, "the node " + node.title() + " gathers what is not there");
            System.arraycopy(from.values(), (int) index * row, to, i * row, row);
        }
        return new OnnxArray(from.type(), shape, to);
    }

    /** Of anything along its first axis. */
    private OnnxArray concat() {
        List<Long> first = input(0).shape();
        FileContents.require(
                !first.isEmpty() && OnnxShapes.axis(node.whole("axis", 0), first.size()) == 0,
                "the node " + node.title() + " joins along another axis than the first, which is not supported");
        long rows = 0;
        for (int i = 0; i < inputs.size(); i++) {
            List<Long> shape = input(i).shape();
            FileContents.require(
                    shape.size() == first.size()
                            && shape.subList(1, shape.size()).equals(first.subList(1, first.size())),
                    "the node " + node.title() + " joins shapes that do not fit");
            rows += shape.get(0);
        }
        List<Long> shape = new ArrayList<>(first);
        shape.set(0, rows);
        double[] to = room(shape);
        int at = 0;
        for (OnnxArray part : inputs) {
            System.arraycopy(part.values(), 0, to, at, part.values().length);
            at += part.values().length;
        }
        return new OnnxArray(input(0).type(), shape, to);
    }

    /** Along the first axis, in steps of 1. */
    private OnnxArray slice() {
        List<Long> starts = has(1) ? longs(input(1)) : node.wholes("starts");
        List<Long> ends = has(2) ? longs(input(2)) : node.wholes("ends");
        List<Long> axes = has(3) ? longs(input(3)) : node.wholes("axes");
        List<Long> from = input(0).shape();
        FileContents.require(
                starts.size() == 1
                        && ends.size() == 1
                        && !from.isEmpty()
                        && (axes.isEmpty() || axes.equals(List.of(0L)) || axes.equals(List.of((long) -from.size())))
                        && (!has(4) || longs(input(4)).equals(List.of(1L))),
                "the node " + node.title() + " takes more than a part of the first axis, which is not supported");
        long size = from.get(0);
        long start = Math.max(0, Math.min(size, starts.get(0) < 0 ? starts.get(0) + size : starts.get(0)));
        long end = Math.max(start, Math.min(size, ends.get(0) < 0 ? ends.get(0) + size : ends.get(0)));
        List<Long> shape = new ArrayList<>(from);
        shape.set(0, end - start);
        int row = size == 0 ? 0 : (int) (input(0).values().length / size);
        spend.accept(OnnxShapes.count(shape));
        return new OnnxArray(
                input(0).type(), shape, Arrays.copyOfRange(input(0).values(), (int) start * row, (int) end * row));
    }

    /** Its value, which is an attribute, comes as the second input. */
    private OnnxArray constantOfShape() {
        return has(1) ? filled(input(0), one(1), input(1).type()) : filled(input(0), 0, OnnxField.FLOAT);
    }

    private double one(int index) {
        FileContents.require(
                input(index).values().length == 1, "the node " + node.title() + " wants one number, not a list");
        return input(index).values()[0];
    }

    private OnnxArray filled(OnnxArray sizes, double value, int type) {
        List<Long> shape = longs(sizes);
        FileContents.require(
                shape.size() <= MAX_RANK && shape.stream().allMatch(size -> size >= 0),
                "the node " + node.title() + " makes the shape " + shape);
        double[] to = room(shape);
        Arrays.fill(to, value);
        return new OnnxArray(type, shape, to);
    }

    private OnnxArray range() {
        double start = one(0);
        double step = one(2);
        double count = Math.max(0, Math.ceil((one(1) - start) / step));
        FileContents.require(count < Integer.MAX_VALUE, "the node " + node.title() + " makes no finite range");
        double[] to = room(List.of((long) count));
        for (int i = 0; i < to.length; i++) {
            to[i] = start + i * step;
        }
        return new OnnxArray(input(0).type(), List.of((long) to.length), to);
    }

    private OnnxArray product() {
        List<Long> a = input(0).shape();
        List<Long> b = input(1).shape();
        FileContents.require(
                a.size() == 2 && b.size() == 2 && a.get(1).equals(b.get(0)),
                "the node " + node.title() + " multiplies shapes " + a + " and " + b);
        List<Long> shape = List.of(a.get(0), b.get(1));
        double[] to = room(shape);
        int inner = a.get(1).intValue();
        int columns = b.get(1).intValue();
        spend.accept((long) to.length * inner / 64); // time is bounded as memory is
        for (int i = 0; i < to.length; i++) {
            double sum = 0;
            for (int k = 0; k < inner; k++) {
                sum += input(0).values()[i / columns * inner + k] * input(1).values()[k * columns + i % columns];
            }
            to[i] = rounded(input(0).type(), sum);
        }
        return new OnnxArray(input(0).type(), shape, to);
    }
}
