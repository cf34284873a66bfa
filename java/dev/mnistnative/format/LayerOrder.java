package dev.mnistnative.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * In which order a file's layers follow each other, and which dimension of their weights is the inputs': by the numbers
 * in their names, by the file's order where it means something, else by what their shapes leave possible.
 */
final class LayerOrder {
    private static final int MAX_LAYERS = 1000; // as many as a net may have
    private static final int MAX_STEPS = 2_000_000;

    private final List<Shape> layers;
    private int steps;

    /**
     * A layer's shape as the file has it.
     *
     * @param name of the layer
     * @param rows first dimension of its weight
     * @param columns second dimension
     * @param bias elements of its bias; −1 if it has none
     * @param template its name without its numbers
     * @param numbers those in its name
     */
    record Shape(String name, long rows, long columns, long bias, String template, List<Integer> numbers) {
        Shape(String name, long rows, long columns, long bias) {
            this(name, rows, columns, bias, ParameterName.template(name), ParameterName.numbers(name));
        }

        private long in(boolean inputsFirst) {
            return inputsFirst ? rows : columns;
        }

        private long out(boolean inputsFirst) {
            return inputsFirst ? columns : rows;
        }

        private boolean fits(boolean inputsFirst) {
            return bias < 0 || bias == out(inputsFirst);
        }

        @Override
        public String toString() {
            return "\"" + name + "\" [" + rows + ", " + columns + "]";
        }
    }

    /**
     * What was found.
     *
     * @param layers indices into the list given, the first layer's first
     * @param inputsFirst whether weights are [fan_in, fan_out]
     * @param byShapes whether the shapes alone decided the order
     */
    record Found(List<Integer> layers, boolean inputsFirst, boolean byShapes) {}

    private LayerOrder(List<Shape> layers) {
        this.layers = layers;
    }

    /**
     * @param layers at least one, in the file's order
     * @param inputsFirst how weights are taken where both ways are possible
     * @param orderMatters whether the file's order is that in which they were written
     * @throws IllegalArgumentException if they do not follow each other, or in more than one order
     */
    static Found find(List<Shape> layers, boolean inputsFirst, boolean orderMatters) {
        FileContents.require(layers.size() <= MAX_LAYERS, "it has " + layers.size() + " layers, too many for a net");
        LayerOrder order = new LayerOrder(layers);
        List<Integer> given = order.indices();
        List<Integer> counted = order.counted();
        List<List<Integer>> told = new ArrayList<>();
        if (counted != null) {
            told.add(counted);
        } else if (orderMatters) {
            told.add(given);
        }
        for (List<Integer> each : told) {
            for (boolean way : new boolean[] {inputsFirst, !inputsFirst}) {
                if (order.fault(each, way) == null) {
                    return new Found(each, way, false);
                }
            }
        }
        for (boolean way : new boolean[] {inputsFirst, !inputsFirst}) {
            List<List<Integer>> possible = order.possible(way);
            FileContents.require(possible.size() < 2, order.ambiguous(possible));
            if (!possible.isEmpty()) {
                return new Found(possible.get(0), way, true);
            }
        }
        throw new IllegalArgumentException(order.fault(counted == null ? given : counted, inputsFirst));
    }

    private List<Integer> indices() {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            indices.add(i);
        }
        return indices;
    }

    /** Their order by number where they are counted with the same words; null if they are not. */
    private List<Integer> counted() {
        Set<String> templates = layers.stream().map(Shape::template).collect(Collectors.toSet());
        List<Integer> order = indices();
        order.sort(Comparator.comparing(i -> layers.get(i).numbers, LayerOrder::compare));
        Set<List<Integer>> numbers = new HashSet<>();
        layers.forEach(layer -> numbers.add(layer.numbers));
        return templates.size() == 1 && numbers.size() == layers.size() ? order : null;
    }

    /** Why these do not follow each other; null if they do. */
    private String fault(List<Integer> order, boolean inputsFirst) {
        Shape before = null;
        for (int i : order) {
            Shape layer = layers.get(i);
            if (!layer.fits(inputsFirst)) {
                return "layer " + layer + " and its bias [" + layer.bias + "] do not fit each other";
            }
            if (before != null && before.out(inputsFirst) != layer.in(inputsFirst)) {
                return "layer " + layer + " does not take the " + before.out(inputsFirst) + " outputs of layer "
                        + before + "; save one stack of Linear layers alone";
            }
            before = layer;
        }
        return null;
    }

    private String ambiguous(List<List<Integer>> possible) {
        return "its layers can follow each other in more than one order, e.g. "
                + possible.stream().map(this::names).collect(Collectors.joining(" or "))
                + ": name them so that numbers tell the order, as \"layers.0.weight\", or save the model as ONNX";
    }

    private String names(List<Integer> order) {
        return order.stream().map(i -> layers.get(i).name).collect(Collectors.joining(", "));
    }

    /** Up to two orders in which all layers follow each other; those counted with the same words stay in order. */
    private List<List<Integer>> possible(boolean inputsFirst) {
        List<List<Integer>> found = new ArrayList<>();
        if (layers.stream().allMatch(layer -> layer.fits(inputsFirst))) {
            steps = 0;
            extend(new ArrayList<>(), new HashSet<>(), inputsFirst, found);
        }
        return found;
    }

    private void extend(List<Integer> chain, Set<Integer> used, boolean inputsFirst, List<List<Integer>> found) {
        if (chain.size() == layers.size()) {
            found.add(List.copyOf(chain));
            return;
        }
        Map<String, List<Integer>> next = new HashMap<>(); // of each way to count, the numbers that come next
        for (int i = 0; i < layers.size(); i++) {
            if (!used.contains(i)) {
                next.merge(layers.get(i).template, layers.get(i).numbers, LayerOrder::lesser);
            }
        }
        for (int i = 0; i < layers.size() && found.size() < 2; i++) {
            FileContents.require(
                    ++steps < MAX_STEPS,
                    "its " + layers.size() + " layers have no numbers in their names that tell their order: name them "
                            + "\"layers.0.weight\", \"layers.1.weight\" and so on, or save the model as ONNX");
            Shape layer = layers.get(i);
            boolean due = !used.contains(i) && next.get(layer.template).equals(layer.numbers);
            if (due
                    && (chain.isEmpty()
                            || layers.get(chain.get(chain.size() - 1)).out(inputsFirst) == layer.in(inputsFirst))) {
                chain.add(i);
                used.add(i);
                extend(chain, used, inputsFirst, found);
                used.remove(i);
                chain.remove(chain.size() - 1);
            }
        }
    }

    private static List<Integer> lesser(List<Integer> a, List<Integer> b) {
        return compare(a, b) <= 0 ? a : b;
    }

    private static int compare(List<Integer> a, List<Integer> b) {
        return Arrays.compare(a.toArray(Integer[]::new), b.toArray(Integer[]::new));
    }
}
