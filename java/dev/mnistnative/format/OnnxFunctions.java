package dev.mnistnative.format;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/** ONNX's functions of single numbers that neural nets have beside arithmetic. */
final class OnnxFunctions {
    private static final double SELU_ALPHA = 1.6732632423543772;
    private static final double SELU_GAMMA = 1.0507009873554805;
    private static final double CUBIC = 0.044715;

    private static final Map<String, DoubleUnaryOperator> WITHOUT_ATTRIBUTES = Map.of(
            "Relu", x -> Math.max(0, x),
            "Sigmoid", OnnxFunctions::sigmoid,
            "Tanh", Math::tanh,
            "Erf", OnnxFunctions::erf);
    private static final Set<String> WITH_ATTRIBUTES = Set.of("LeakyRelu", "Elu", "Selu", "Gelu", "Swish");

    private OnnxFunctions() {}

    static boolean knows(OnnxNode node) {
        return WITHOUT_ATTRIBUTES.containsKey(node.operator()) || WITH_ATTRIBUTES.contains(node.operator());
    }

    /** The function that a node is; empty if it is none of these. */
    static Optional<DoubleUnaryOperator> of(OnnxNode node) {
        DoubleUnaryOperator known = WITHOUT_ATTRIBUTES.get(node.operator());
        return known != null ? Optional.of(known) : Optional.ofNullable(withAttributes(node));
    }

    private static DoubleUnaryOperator withAttributes(OnnxNode node) {
        switch (node.operator()) {
            case "LeakyRelu" -> {
                float alpha = node.real("alpha", 0.01f);
                return x -> x > 0 ? x : alpha * x;
            }
            case "Elu" -> {
                float alpha = node.real("alpha", 1);
                return x -> elu(x, alpha);
            }
            case "Selu" -> {
                double alpha = node.has("alpha") ? node.real("alpha", 0) : SELU_ALPHA;
                double gamma = node.has("gamma") ? node.real("gamma", 0) : SELU_GAMMA;
                return x -> gamma * elu(x, alpha);
            }
            case "Gelu" -> {
                return "tanh".equals(node.text("approximate")) ? OnnxFunctions::geluTanh : OnnxFunctions::gelu;
            }
            case "Swish" -> {
                float alpha = node.real("alpha", 1);
                return x -> x * sigmoid(alpha * x);
            }
            default -> {
                return null;
            }
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double elu(double x, double alpha) {
        return x > 0 ? x : alpha * Math.expm1(x);
    }

    private static double gelu(double x) {
        return 0.5 * x * (1 + erf(x / Math.sqrt(2)));
    }

    private static double geluTanh(double x) {
        return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + CUBIC * x * x * x)));
    }

    /** By 2 / sqrt(pi) · exp(−x²) · sum of 2ⁿ x²ⁿ⁺¹ / (2n + 1)!!, whose terms have one sign. */
    private static double erf(double x) {
        if (!(Math.abs(x) < 6)) {
            return Double.isNaN(x) ? x : Math.signum(x);
        }
        double term = x;
        double sum = 0;
        for (int n = 1; sum + term != sum; n++) {
            sum += term;
            term *= 2 * x * x / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
