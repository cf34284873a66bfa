package dev.mnistnative.format;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.InputRange;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import dev.mnistnative.net.Task;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Follows an ONNX graph from its input to its output and takes the layers on the way. What comes after the logits is
 * left out.
 */
final class OnnxReader {
    private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;
    private static final Set<String> PRODUCTS = Set.of("Gemm", "MatMul");

    private final OnnxGraph graph;
    private final OnnxFolding folding;
    private final OnnxSamples samples;
    private final LayerChain chain;
    private final OnnxPath path;
    private final OnnxActivations activations;
    private final Consumer<String> notes;
    private final Map<String, List<OnnxNode>> takers = new HashMap<>();
    private final Set<String> leadsToLayer = new HashSet<>();

    private OnnxReader(OnnxGraph graph, ByteSource file, Consumer<String> notes) throws IOException {
        this.graph = graph;
        this.notes = notes;
        folding = new OnnxFolding(graph, file);
        samples = new OnnxSamples(folding);
        chain = new LayerChain(notes);
        path = new OnnxPath(folding, samples, chain, notes);
        activations = new OnnxActivations(folding, takers, graph.outputs());
        Map<String, OnnxNode> makers = new HashMap<>();
        graph.nodes().forEach(node -> node.to().forEach(name -> makers.put(name, node)));
        Set<OnnxNode> alive = new LinkedHashSet<>();
        traceBack(graph.outputs(), makers, alive, new HashSet<>());
        for (OnnxNode node : alive) {
            node.from().stream()
                    .distinct()
                    .filter(name -> folding.isDynamic(name) && folding.isDynamic(node.result()))
                    .forEach(name ->
                            takers.computeIfAbsent(name, n -> new ArrayList<>()).add(node));
        }
        List<String> layerInputs = alive.stream()
                .filter(node -> PRODUCTS.contains(node.operator()))
                .flatMap(node -> node.from().stream())
                .toList();
        traceBack(layerInputs, makers, new HashSet<>(), leadsToLayer);
    }

    /** Finds the nodes and values that these values are made of, themselves included. */
    private void traceBack(
            Collection<String> from, Map<String, OnnxNode> makers, Set<OnnxNode> nodes, Set<String> values) {
        List<String> todo = new ArrayList<>(from);
        while (!todo.isEmpty()) {
            String name = todo.remove(todo.size() - 1);
            if (folding.isDynamic(name) && values.add(name) && makers.containsKey(name)) {
                nodes.add(makers.get(name));
                todo.addAll(makers.get(name).from());
            }
        }
    }

    /**
     * A model's first field is a small version number, the next a text, a number or a message; a safetensors file
     * whose header has such a length has zeros there and a brace at its ninth byte.
     */
    static boolean matches(byte[] head) {
        if (head.length < Onnx.HEAD_BYTES || head[0] != 8 || head[1] <= 0) {
            return false;
        }
        boolean safetensors = head[8] == '{' && head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] == 0;
        return head[2] >= 0x10 && (head[2] & 7) % 2 == 0 && (head[2] & 7) <= 2 && !safetensors;
    }

    static SavedModel.Content read(ByteSource file, Consumer<String> notes) throws IOException {
        if (file.size() > MAX_BYTES) {
            throw new DataFormatException(
                    file.name() + ": an ONNX file has at most 2 GiB; give the model as safetensors");
        }
        try {
            OnnxGraph graph = OnnxGraph.of(file.bytes(0, file.size()));
            return new OnnxReader(graph, file, notes).content();
        } catch (IllegalArgumentException e) {
            throw new DataFormatException(
                    file.name() + ": " + e.getMessage() + "; of ONNX only nets of Gemm, or MatMul and Add, with "
                            + "activations (" + Activation.usage() + ") between them can be read",
                    e);
        }
    }

    private SavedModel.Content content() throws IOException {
        FileContents.require(
                graph.inputs().size() == 1, "it has " + graph.inputs().size() + " inputs, but must have one");
        Map.Entry<String, List<Long>> input =
                graph.inputs().entrySet().iterator().next();
        String value = input.getKey();
        samples.begin(value, input.getValue());
        int steps = 0;
        for (String next = step(value); next != null; next = step(value)) {
            FileContents.require(steps++ <= graph.nodes().size(), "its nodes form a circle");
            value = next;
            samples.tellShape(value);
        }
        OnnxEnding ending = new OnnxEnding(chain, samples, folding, takers);
        boolean labels = Task.MULTI_LABEL.id().equals(graph.metadata().get(MetadataCodec.TASK));
        ending.read(value, graph.outputs(), labels);
        ending.leftOut().ifPresent(notes);
        boolean ownPreprocessing = graph.metadata().containsKey(MetadataCodec.SCALE)
                || graph.metadata().containsKey(MetadataCodec.MEAN);
        Preprocessing found = chain.finish(!ownPreprocessing);
        Preprocessing preprocessing = ownPreprocessing ? found : ofInputType(found, graph.typeOf(input.getKey()));
        Parameters parameters = LinearLayer.toParameters(chain.layers(), chain.activations());
        return new SavedModel.Content(parameters, () -> info(preprocessing, ending.classNames()));
    }

    /** Inputs that are whole numbers are taken as they are, bytes as 0 … 255. */
    private static Preprocessing ofInputType(Preprocessing preprocessing, int type) {
        boolean whole = type == OnnxField.UINT8 || type == OnnxField.INT32 || type == OnnxField.INT64;
        if (!whole || !(preprocessing.scaling() instanceof Scaling.ByType)) {
            return preprocessing;
        }
        return preprocessing
                .withRange(type == OnnxField.UINT8 ? InputRange.BYTE : InputRange.OTHER)
                .withScaling(Scaling.all(1));
    }

    /** Takes up what a value goes on to; the value that comes of it, or null at the end of the net. */
    private String step(String value) throws IOException {
        Optional<OnnxActivations.Found> activation = activation(value);
        if (activation.isPresent()) {
            chain.add(activation.get().activation());
            return activation.get().result();
        }
        OnnxNode next = next(value);
        if (next == null) {
            return null;
        }
        path.follow(next, value);
        return next.result();
    }

    /** The activation that stands behind a layer's outputs, if they lead to another layer and no arithmetic is next. */
    private Optional<OnnxActivations.Found> activation(String value) throws IOException {
        List<OnnxNode> all = takers.getOrDefault(value, List.of());
        if (!chain.isAfterLayer() || !leadsToLayer.contains(value) || all.isEmpty()) {
            return Optional.empty();
        }
        OnnxNode first = all.get(0);
        boolean own = graph.producer().equals(Onnx.PRODUCER); // others' Identity means nothing
        if (own && first.operator().equals("Identity")) {
            return Optional.of(new OnnxActivations.Found(Activation.IDENTITY, first.result()));
        }
        boolean goesOn = all.size() == 1 && (OnnxPath.belongsToALayer(first) || PRODUCTS.contains(first.operator()));
        return goesOn ? Optional.empty() : activations.from(value);
    }

    /** The node that a value goes on to: to a layer, or by what can be a part of one; null at the end of the net. */
    private OnnxNode next(String value) {
        List<OnnxNode> all = takers.getOrDefault(value, List.of());
        List<OnnxNode> toLayers = all.stream()
                .filter(node ->
                        PRODUCTS.contains(node.operator()) || node.to().stream().anyMatch(leadsToLayer::contains))
                .toList();
        FileContents.require(
                toLayers.size() <= 1,
                "\"" + value + "\" goes to " + toLayers.size() + " nodes ("
                        + toLayers.stream().map(OnnxNode::title).collect(Collectors.joining(", "))
                        + "), but must go to one");
        if (!toLayers.isEmpty()) {
            return toLayers.get(0);
        }
        boolean goesOn = all.size() == 1 && !graph.outputs().contains(value) && OnnxPath.belongsToALayer(all.get(0));
        return goesOn ? all.get(0) : null;
    }

    private ModelInfo info(Preprocessing preprocessing, List<String> classNames) {
        ModelInfo info = ownInfo();
        if (!preprocessing.equals(Preprocessing.NONE)) {
            info = info.withPreprocessing(preprocessing);
        }
        return info.classNames().isEmpty() ? info.withClassNames(classNames) : info;
    }

    /** Others may have entries of the same names that mean something else. */
    private ModelInfo ownInfo() {
        try {
            return MetadataCodec.decode(graph.metadata());
        } catch (IllegalArgumentException e) {
            if (graph.producer().equals(Onnx.PRODUCER)) {
                throw e;
            }
            notes.accept("its metadata is not understood and passed over: " + e.getMessage());
            return ModelInfo.NONE;
        }
    }
}
