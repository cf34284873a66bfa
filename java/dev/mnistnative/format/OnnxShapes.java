package dev.mnistnative.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The arithmetic of shapes as ONNX has it. A dimension of −1 is the number of samples, which is open. */
final class OnnxShapes {
    private static final int MAX_RANK = 16;

    private OnnxShapes() {}

    /** Elements of a shape without an open dimension, at most as many as an array can have. */
    static long count(List<Long> shape) {
        FileContents.require(shape.size() <= MAX_RANK, "a value has " + shape.size() + " dimensions");
        long count = 1;
        for (long size : shape) {
            FileContents.require(size >= 0, "a constant has the shape " + shape);
            long high = Math.multiplyHigh(count, size);
            count *= size;
            FileContents.require(
                    high == 0 && count >= 0 && count < Integer.MAX_VALUE, "a constant has the shape " + shape);
        }
        return count;
    }

    /** An axis counted from the front. */
    static int axis(long axis, int rank) {
        long counted = axis < 0 ? axis + rank : axis;
        FileContents.require(counted >= 0 && counted < rank, "axis " + axis + " is none of " + rank);
        return (int) counted;
    }

    static List<Long> squeezed(List<Long> shape, List<Long> axes) {
        List<Long> squeezed = new ArrayList<>(shape);
        if (axes.isEmpty()) {
            squeezed.removeIf(size -> size == 1);
            return squeezed;
        }
        List<Integer> counted = new ArrayList<>(
                axes.stream().map(axis -> axis(axis, shape.size())).distinct().toList());
        counted.sort(Collections.reverseOrder());
        for (int axis : counted) {
            FileContents.require(squeezed.get(axis) == 1, "a Squeeze of axis " + axis + " of " + shape);
            squeezed.remove(axis);
        }
        return squeezed;
    }

    static List<Long> unsqueezed(List<Long> shape, List<Long> axes) {
        int rank = shape.size() + axes.size();
        FileContents.require(rank <= MAX_RANK, "a value has " + rank + " dimensions");
        List<Integer> counted =
                axes.stream().map(axis -> axis(axis, rank)).distinct().sorted().toList();
        FileContents.require(counted.size() == axes.size(), "an Unsqueeze names axes " + axes);
        List<Long> unsqueezed = new ArrayList<>(shape);
        counted.forEach(axis -> unsqueezed.add(axis, 1L));
        return unsqueezed;
    }

    /**
     * What a Reshape makes of a shape.
     *
     * @param wanted sizes; NaN is the number of samples, −1 what is left, 0 the size that is there
     */
    static List<Long> reshaped(List<Long> shape, double[] wanted, boolean zeroIsNone) {
        FileContents.require(wanted.length <= MAX_RANK, "a value has " + wanted.length + " dimensions");
        boolean open = shape.contains(-1L);
        long count = count(shape.stream().map(size -> size == -1 ? 1 : size).toList());
        List<Long> reshaped = new ArrayList<>();
        int rest = -1;
        boolean openLeft = open;
        long product = 1;
        for (int d = 0; d < wanted.length; d++) {
            double size = wanted[d] == 0 && !zeroIsNone && d < shape.size() ? copied(shape.get(d)) : wanted[d];
            if (size == -1) {
                FileContents.require(rest < 0, "a Reshape leaves two dimensions open");
                rest = d;
                reshaped.add(-1L);
            } else if (Double.isNaN(size)) {
                FileContents.require(openLeft, "a Reshape has the number of samples twice");
                openLeft = false;
                reshaped.add(-1L);
            } else {
                FileContents.require(size >= 0 && size < Integer.MAX_VALUE, "a Reshape makes a dimension of " + size);
                reshaped.add((long) size);
                product = Math.min(Integer.MAX_VALUE, product * (long) size);
            }
        }
        if (rest >= 0 && !openLeft) {
            FileContents.require(product > 0 && count % product == 0, misfit(shape, reshaped));
            reshaped.set(rest, count / product);
        } else {
            FileContents.require(product == count && (rest >= 0 || !openLeft), misfit(shape, reshaped));
        }
        return reshaped;
    }

    private static double copied(long size) {
        return size == -1 ? Double.NaN : size;
    }

    private static String misfit(List<Long> from, List<Long> to) {
        return "a Reshape makes " + to + " of " + from + ", which mixes samples";
    }

    static List<Integer> permutation(List<Long> perm, int rank) {
        List<Integer> order = new ArrayList<>();
        for (int d = 0; d < rank; d++) {
            order.add(perm.isEmpty() ? rank - 1 - d : axis(d < perm.size() ? perm.get(d) : rank, rank));
        }
        FileContents.require(
                order.stream().distinct().count() == rank && (perm.isEmpty() || perm.size() == rank),
                "a Transpose has the order " + perm);
        return order;
    }

    static int[] strides(List<Long> shape) {
        int[] strides = new int[shape.size()];
        long stride = 1;
        for (int d = strides.length - 1; d >= 0; d--) {
            strides[d] = (int) stride;
            stride *= shape.get(d);
        }
        return strides;
    }

    static void advance(int[] place, List<Long> shape) {
        for (int d = place.length - 1; d >= 0; d--) {
            if (++place[d] < shape.get(d)) {
                return;
            }
            place[d] = 0;
        }
    }

    static List<Long> broadcast(List<Long> a, List<Long> b) {
        int rank = Math.max(a.size(), b.size());
        List<Long> shape = new ArrayList<>();
        for (int d = 0; d < rank; d++) {
            long left = size(a, d, rank);
            long right = size(b, d, rank);
            FileContents.require(
                    left == right || left == 1 || right == 1, "shapes " + a + " and " + b + " do not fit each other");
            shape.add(left == 1 ? right : left);
        }
        return shape;
    }

    private static long size(List<Long> shape, int d, int rank) {
        int own = d - (rank - shape.size());
        return own < 0 ? 1 : shape.get(own);
    }

    /** For each element of a shape the element of the one that is broadcast to it. */
    static int[] sources(List<Long> from, List<Long> to) {
        int[] sources = new int[(int) count(to)];
        int[] strides = strides(from);
        int[] place = new int[to.size()];
        int lead = to.size() - from.size();
        for (int i = 0; i < sources.length; i++) {
            for (int d = 0; d < strides.length; d++) {
                sources[i] += from.get(d) == 1 ? 0 : place[lead + d] * strides[d];
            }
            advance(place, to);
        }
        return sources;
    }
}
