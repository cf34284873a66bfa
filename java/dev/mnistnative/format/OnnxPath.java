package dev.mnistnative.format;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What the nodes on the samples' way do to them: layers, activations, arithmetic with constants. */
final class OnnxPath {
    private static final Set<String> PARTS_OF_A_LAYER = Set.of(
            "Identity",
            "Dropout",
            "Cast",
            "Flatten",
            "Reshape",
            "Squeeze",
            "Unsqueeze",
            "Transpose",
            "Add",
            "Sum",
            "Sub",
            "Mul",
            "Div",
            "Neg",
            "BatchNormalization");

    private final OnnxFolding folding;
    private final OnnxSamples samples;
    private final LayerChain chain;
    private final Consumer<String> notes;

    OnnxPath(OnnxFolding folding, OnnxSamples samples, LayerChain chain, Consumer<String> notes) {
        this.folding = folding;
        this.samples = samples;
        this.chain = chain;
        this.notes = notes;
    }

    /** Whether a node after the last layer can still be a part of it. */
    static boolean belongsToALayer(OnnxNode node) {
        return PARTS_OF_A_LAYER.contains(node.operator());
    }

    void follow(OnnxNode node, String value) throws IOException {
        switch (node.operator()) {
            case "Identity" -> {}
            case "Dropout" -> dropout(node);
            case "Cast" -> cast(node);
            case "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose" -> samples.reshape(node, value);
            case "Gemm" -> gemm(node, value);
            case "MatMul" -> matMul(node, value);
            case "Add", "Sum", "Sub", "Mul", "Div" -> arithmetic(node, value);
            case "Neg" -> chain.pending().multiply(new double[] {-1});
            case "BatchNormalization" -> batchNormalization(node, value);
            case "ai.onnx.ml.Scaler" -> scaler(node);
            default -> refuse(node);
        }
    }

    /** Nothing is dropped in inference, whatever mode the model was exported in. */
    private void dropout(OnnxNode node) throws IOException {
        if (!node.from(2).isEmpty() && folding.array(node.from(2)).values()[0] != 0) {
            forTraining(node, "nothing is dropped here");
        }
    }

    private void forTraining(OnnxNode node, String done) {
        notes.accept("it was exported in training mode (" + node.title() + "): " + done);
    }

    private static void cast(OnnxNode node) {
        long to = node.whole("to", OnnxField.FLOAT);
        FileContents.require(
                to == OnnxField.FLOAT || to == OnnxField.DOUBLE || to == OnnxField.FLOAT16 || to == OnnxField.BFLOAT16,
                "the node " + node.title() + " makes the samples whole numbers, which is not supported");
    }

    private void gemm(OnnxNode node, String value) throws IOException {
        boolean dataFirst = node.from(0).equals(value);
        boolean turnedData = node.whole(dataFirst ? "transA" : "transB", 0) != 0;
        boolean turnedWeight = node.whole(dataFirst ? "transB" : "transA", 0) != 0;
        requireTurn(node, dataFirst, samples.areColumns() ^ turnedData);
        linear(node, node.from(dataFirst ? 1 : 0), dataFirst == turnedWeight, !dataFirst);
        chain.pending().multiply(new double[] {node.real("alpha", 1)});
        if (!node.from(2).isEmpty()) {
            float beta = node.real("beta", 1);
            chain.pending()
                    .add(Arrays.stream(perFeature(node, node.from(2)))
                            .map(b -> b * beta)
                            .toArray());
        }
    }

    private void matMul(OnnxNode node, String value) throws IOException {
        boolean dataFirst = node.from(0).equals(value);
        requireTurn(node, dataFirst, samples.areColumns());
        linear(node, node.from(dataFirst ? 1 : 0), !dataFirst, !dataFirst);
    }

    /** Samples that are multiplied from the right must be rows, from the left columns. */
    private static void requireTurn(OnnxNode node, boolean dataFirst, boolean turned) {
        FileContents.require(
                dataFirst != turned, "the node " + node.title() + " multiplies samples by samples, or turned wrongly");
    }

    /**
     * A layer's weight.
     *
     * @param outputsFirst whether it is [fan_out, fan_in]
     * @param toColumns whether the results are columns
     */
    private void linear(OnnxNode node, String name, boolean outputsFirst, boolean toColumns) throws IOException {
        FileContents.require(
                !folding.isDynamic(name), "the node " + node.title() + " multiplies the samples by each other");
        Tensor tensor = folding.floats(name);
        List<Long> dimensions = tensor.shape();
        FileContents.require(
                dimensions.size() == 2 && dimensions.stream().allMatch(size -> size > 0),
                "the weight \"" + name + "\" of " + node.title() + " has shape " + dimensions);
        float[] values = tensor.toFloats();
        LinearLayer.requireFinite(name, values, dimensions);
        int rows = Math.toIntExact(dimensions.get(0));
        int across = Math.toIntExact(dimensions.get(1));
        int fanIn = outputsFirst ? across : rows;
        int fanOut = outputsFirst ? rows : across;
        samples.requireFeatures(node, fanIn);
        chain.add(new LinearLayer(
                name,
                fanIn,
                fanOut,
                outputsFirst ? values : Tensor.transposed(values, rows, across),
                new float[fanOut]));
        samples.become(fanOut, toColumns);
    }

    private void arithmetic(OnnxNode node, String value) throws IOException {
        FileContents.require(
                node.from().size() == 2,
                "the node " + node.title() + " has " + node.from().size() + " inputs");
        boolean dataFirst = node.from(0).equals(value);
        String other = node.from(dataFirst ? 1 : 0);
        FileContents.require(
                !folding.isDynamic(other),
                "the node " + node.title() + " takes the samples twice, which is not supported");
        double[] constant = perFeature(node, other);
        switch (node.operator()) {
            case "Add", "Sum" -> chain.pending().add(constant);
            case "Mul" -> chain.pending().multiply(constant);
            case "Sub" -> {
                if (!dataFirst) {
                    chain.pending().multiply(new double[] {-1});
                }
                chain.pending()
                        .add(dataFirst ? Arrays.stream(constant).map(c -> -c).toArray() : constant);
            }
            default -> {
                FileContents.require(dataFirst, "the node " + node.title() + " divides by the samples");
                chain.pending().multiply(Arrays.stream(constant).map(c -> 1 / c).toArray());
            }
        }
    }

    /** A constant as one number, or one for each feature of a sample. */
    private double[] perFeature(OnnxNode node, String name) throws IOException {
        Tensor tensor = folding.floats(name);
        return samples.perFeature(node, name, tensor.shape(), tensor.toFloats());
    }

    /** With the mean and variance of training; along the second dimension. */
    private void batchNormalization(OnnxNode node, String value) throws IOException {
        FileContents.require(
                node.from(0).equals(value), "the node " + node.title() + " takes the samples as its constants");
        if (node.whole("training_mode", 0) != 0) {
            forTraining(node, "the mean and variance kept from training are used");
        }
        double epsilon = node.real("epsilon", 1e-5f);
        double[][] parts = new double[4][];
        for (int i = 0; i < parts.length; i++) {
            Tensor tensor = folding.floats(node.from(i + 1));
            parts[i] =
                    samples.perFeature(node, node.from(i + 1), samples.ofChannels(tensor.shape()), tensor.toFloats());
        }
        double[] scale = Arrays.stream(parts[3])
                .map(variance -> 1 / Math.sqrt(variance + epsilon))
                .toArray();
        chain.pending().add(Arrays.stream(parts[2]).map(mean -> -mean).toArray());
        chain.pending().multiply(scale);
        chain.pending().multiply(parts[0]);
        chain.pending().add(parts[1]);
    }

    /** (x − offset) · scale, as scikit-learn's scalers become. */
    private void scaler(OnnxNode node) {
        chain.pending().add(node.reals("offset").stream().mapToDouble(x -> -x).toArray());
        chain.pending()
                .multiply(node.reals("scale").stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray());
    }

    /** What is no arithmetic and was not found to be an activation behind a layer. */
    private void refuse(OnnxNode node) {
        FileContents.require(
                !OnnxFunctions.knows(node) || chain.isAfterLayer(), "a " + node.operator() + " must follow a layer");
        throw new IllegalArgumentException("it has a node " + node.title());
    }
}
