package dev.mnistnative.format;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a graph makes of the logits: probabilities, the class with the greatest, its name. All of it is left out, for
 * the answers are the same without; the names of the classes are kept.
 */
final class OnnxEnding {
    private static final Set<String> FIRST = Set.of(
            "Softmax", "LogSoftmax", "Hardmax", "Sigmoid", "ArgMax", "TopK", "ReduceMax", "ReduceLogSumExp", "Exp");

    private final LayerChain chain;
    private final OnnxSamples samples;
    private final OnnxFolding folding;
    private final Map<String, List<OnnxNode>> takers;
    private final Set<OnnxNode> nodes = new LinkedHashSet<>();
    private boolean twoClasses;

    OnnxEnding(LayerChain chain, OnnxSamples samples, OnnxFolding folding, Map<String, List<OnnxNode>> takers) {
        this.chain = chain;
        this.samples = samples;
        this.folding = folding;
        this.takers = takers;
    }

    /**
     * @param logits the last value of the net
     * @param outputs of the graph
     * @param labels whether it is known that each output is a label of its own
     * @throws IllegalArgumentException if something else than logits is there, or is made of them
     */
    void read(String logits, Set<String> outputs, boolean labels) {
        List<OnnxNode> next = takers.getOrDefault(logits, List.of());
        FileContents.require(
                outputs.contains(logits) || !next.isEmpty(),
                "\"" + logits + "\" leads nowhere, but must be the output");
        String wanted = "it must end with the logits of a layer or their Softmax";
        FileContents.require(
                !chain.layers().isEmpty(),
                wanted
                        + (next.isEmpty()
                                ? ""
                                : ", but begins with a node " + next.get(0).title()));
        FileContents.require(chain.isAfterLayer(), wanted + ", but after its last layer an activation stands");
        if (!outputs.contains(logits)) { // else whatever is made of them besides does not matter
            for (OnnxNode node : next) {
                FileContents.require(
                        FIRST.contains(node.operator()) || node.operator().equals("Sub") && next.size() > 1,
                        wanted + ", but has a node " + node.title() + " there");
                requireOverClasses(node);
            }
        }
        collect(logits);
        boolean sigmoid = next.stream().anyMatch(node -> node.operator().equals("Sigmoid"));
        if (sigmoid && chain.width() == 1 && !labels) {
            chain.toTwoClasses();
            twoClasses = true;
        }
    }

    private void requireOverClasses(OnnxNode node) {
        if (node.operator().equals("Softmax") || node.operator().equals("LogSoftmax")) {
            long axis = node.whole("axis", samples.areColumns() ? 0 : -1);
            boolean right = samples.areColumns() ? axis == 0 || axis == -2 : axis == 1 || axis == -1;
            FileContents.require(right, "a Softmax can only come last, over the classes");
        }
    }

    private void collect(String logits) {
        List<String> todo = new ArrayList<>(List.of(logits));
        while (!todo.isEmpty()) {
            for (OnnxNode node : takers.getOrDefault(todo.remove(todo.size() - 1), List.of())) {
                if (nodes.add(node)) {
                    todo.addAll(node.to());
                }
            }
        }
    }

    /** A sentence about what was left out, if something was. */
    Optional<String> leftOut() {
        if (nodes.isEmpty()) {
            return Optional.empty();
        }
        String sentence = "left out after the logits, for answers come from these: "
                + StateDict.named(nodes.stream().map(OnnxNode::title));
        return Optional.of(
                twoClasses ? sentence + "; its one output became the second of two classes' logits" : sentence);
    }

    /** The names of the classes; empty if they are only numbered from 0, or not told. */
    List<String> classNames() {
        int classes = chain.width();
        return nodes.stream()
                .flatMap(this::names)
                .filter(names -> names.size() == classes)
                .findFirst()
                .filter(names -> !names.equals(
                        IntStream.range(0, classes).mapToObj(String::valueOf).toList()))
                .filter(names -> names.stream().distinct().count() == classes)
                .orElse(List.of());
    }

    private Stream<List<String>> names(OnnxNode node) {
        return switch (node.operator()) {
            case "ai.onnx.ml.ZipMap" ->
                Stream.of(
                        node.texts("classlabels_strings"),
                        node.wholes("classlabels_int64s").stream()
                                .map(String::valueOf)
                                .toList());
            case "ai.onnx.ml.ArrayFeatureExtractor" -> Stream.of(folding.labels(node.from(0)));
            default -> Stream.of();
        };
    }
}
