package dev.mnistnative.format;

import dev.mnistnative.net.Activation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Recognises activations by what they compute, in whatever nodes they are written: an operator of their own, or
 * arithmetic (PyTorch's exporter writes GELU with Erf, SiLU as x · Sigmoid(x)). The nodes between a value and the one
 * that all of them lead to are computed at some points, and the results compared with those of each activation.
 */
final class OnnxActivations {
    private static final Set<String> ARITHMETIC = Set.of(
            "Identity",
            "Cast",
            "CastLike",
            "Neg",
            "Abs",
            "Sqrt",
            "Exp",
            "Log",
            "Reciprocal",
            "Add",
            "Sum",
            "Sub",
            "Mul",
            "Div",
            "Pow",
            "Max",
            "Min",
            "Clip",
            "PRelu",
            "Equal",
            "Greater",
            "GreaterOrEqual",
            "Less",
            "LessOrEqual",
            "Where");
    private static final int MOST_NODES = 32;

    /** Where functions that differ at all differ by more than {@link #TOLERANCE}. */
    private static final double[] POINTS = IntStream.rangeClosed(-84, 84)
            .mapToDouble(i -> Math.abs(i) > 80 ? i / 4.0 : i / 10.0)
            .toArray();

    private static final int MINUS_ONE = indexOf(-1);
    private static final double TOLERANCE = 2e-5; // GELU and its approximation differ by 5e-4

    private final OnnxFolding folding;
    private final Map<String, List<OnnxNode>> takers;
    private final Set<String> outputs;

    /**
     * @param takers the nodes that take each value on its way to the graph's outputs
     * @param outputs of the graph
     */
    OnnxActivations(OnnxFolding folding, Map<String, List<OnnxNode>> takers, Set<String> outputs) {
        this.folding = folding;
        this.takers = takers;
        this.outputs = outputs;
    }

    /**
     * An activation of a value.
     *
     * @param result the value that it makes
     */
    record Found(Activation activation, String result) {}

    private static int indexOf(double point) {
        return IntStream.range(0, POINTS.length)
                .filter(i -> POINTS[i] == point)
                .findFirst()
                .orElseThrow();
    }

    /** The activation that begins at a value; empty if there is none. */
    Optional<Found> from(String value) throws IOException {
        Map<String, OnnxArray> computed = new LinkedHashMap<>();
        computed.put(value, new OnnxArray(OnnxField.DOUBLE, List.of((long) POINTS.length), POINTS));
        Set<OnnxNode> done = new HashSet<>();
        while (done.size() < MOST_NODES) {
            Optional<OnnxNode> next = computed.keySet().stream()
                    .flatMap(name -> takers.getOrDefault(name, List.of()).stream())
                    .filter(node -> !done.contains(node) && isReady(node, computed))
                    .findFirst();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            Optional<OnnxArray> result = compute(next.get(), computed);
            if (result.isEmpty()) {
                return Optional.empty();
            }
            done.add(next.get());
            computed.put(next.get().result(), result.get());
            List<String> open = computed.keySet().stream()
                    .filter(name -> outputs.contains(name) || !done.containsAll(takers.getOrDefault(name, List.of())))
                    .toList();
            if (open.equals(List.of(next.get().result()))) {
                Optional<Activation> activation = of(result.get().values());
                if (activation.isPresent()) {
                    return activation.map(found -> new Found(found, open.get(0)));
                }
            }
        }
        return Optional.empty();
    }

    private boolean isReady(OnnxNode node, Map<String, OnnxArray> computed) {
        return node.from().stream().allMatch(name -> computed.containsKey(name) || !folding.isDynamic(name));
    }

    /** At all points; empty if the node is more than a function of one number. */
    private Optional<OnnxArray> compute(OnnxNode node, Map<String, OnnxArray> computed) throws IOException {
        if (!ARITHMETIC.contains(node.operator()) && !OnnxFunctions.knows(node)) {
            return Optional.empty();
        }
        List<OnnxArray> inputs = new ArrayList<>();
        for (String name : node.from()) {
            OnnxArray input = computed.get(name);
            if (input == null && !name.isEmpty()) {
                OnnxArray constant = folding.array(name);
                if (constant.values().length != 1) {
                    return Optional.empty();
                }
                input = new OnnxArray(OnnxField.DOUBLE, List.of(), constant.values());
            }
            inputs.add(input);
        }
        return Optional.of(new OnnxOperator(node, inputs, count -> {}).result());
    }

    /** The activation that has these values at the points. */
    private static Optional<Activation> of(double[] values) {
        double slope = shortest(-values[MINUS_ONE]);
        double alpha = shortest(values[MINUS_ONE] / Math.expm1(-1));
        for (Activation.Kind kind : Activation.Kind.values()) {
            double parameter = kind == Activation.Kind.LEAKY_RELU ? slope : kind == Activation.Kind.ELU ? alpha : 0;
            if (kind == Activation.Kind.IDENTITY || !Float.isFinite((float) parameter)) {
                continue;
            }
            Activation activation = new Activation(kind, parameter);
            double[] wanted = OnnxActivationNodes.values(activation, POINTS);
            boolean same = IntStream.range(0, POINTS.length)
                    .allMatch(i -> Math.abs(values[i] - wanted[i]) <= TOLERANCE * (1 + Math.abs(wanted[i])));
            if (same) {
                return Optional.of(activation);
            }
        }
        return Optional.empty();
    }

    /** The shortest decimal number that a float32 may have been: files hold 0.2 as 0.200000003. */
    private static double shortest(double parameter) {
        double rounded = Math.rint(parameter * 1e6) / 1e6;
        return Math.abs(rounded - parameter) <= 1e-7 * Math.abs(parameter)
                ? rounded
                : Double.parseDouble(Float.toString((float) parameter));
    }
}
