package dev.mnistnative.format;

import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Preprocessing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Layers, one after the other, with the arithmetic that stands between them folded into them. */
final class LayerChain {
    private static final long MAX_MERGED = 1L << 32; // multiplications

    private final Consumer<String> notes;
    private final List<LinearLayer> layers = new ArrayList<>();
    private final List<Activation> activations = new ArrayList<>();
    private Affine pending = new Affine();
    private Affine beforeFirst;
    private boolean afterLayer;

    LayerChain(Consumer<String> notes) {
        this.notes = notes;
    }

    List<LinearLayer> layers() {
        return layers;
    }

    List<Activation> activations() {
        return activations;
    }

    /** Outputs of the last layer. */
    int width() {
        return last().fanOut();
    }

    /** Whether the last thing was a layer, perhaps with constants added or multiplied, and not an activation. */
    boolean isAfterLayer() {
        return afterLayer;
    }

    private LinearLayer last() {
        return layers.get(layers.size() - 1);
    }

    /**
     * What is done next to each feature; it becomes a part of the layer before or after it, or of the preprocessing.
     */
    Affine pending() {
        return pending;
    }

    /** Takes a layer up; one that follows another without activation is one with it. */
    void add(LinearLayer layer) {
        if (layers.isEmpty()) {
            beforeFirst = pending;
            layers.add(layer);
        } else if (afterLayer) {
            settle();
            LinearLayer before = last();
            replaceLast(merged(before, layer));
            notes.accept("layers \"" + before.name() + "\" and \"" + layer.name()
                    + "\" have no activation between them and were multiplied");
        } else {
            layers.add(pending.before(layer));
        }
        pending = new Affine();
        afterLayer = true;
    }

    private void replaceLast(LinearLayer layer) {
        layers.set(layers.size() - 1, layer);
    }

    private static LinearLayer merged(LinearLayer first, LinearLayer second) {
        FileContents.require(
                second.fanIn() == first.fanOut(),
                "the weight \"" + second.name() + "\" does not take the " + first.fanOut()
                        + " outputs of the layer before it");
        long count = (long) first.fanIn() * second.fanOut();
        FileContents.require(
                count * second.fanIn() <= MAX_MERGED
                        && count <= 4L * (first.weight().length + (long) second.weight().length),
                "layers \"" + first.name() + "\" and \"" + second.name()
                        + "\" have no activation between them and are too wide to be multiplied");
        float[] weight = new float[(int) count];
        float[] bias = new float[second.fanOut()];
        double[] row = new double[first.fanIn()];
        for (int o = 0; o < second.fanOut(); o++) {
            Arrays.fill(row, 0);
            double sum = second.bias()[o];
            for (int m = 0; m < second.fanIn(); m++) {
                double by = second.weight()[o * second.fanIn() + m];
                sum += by * first.bias()[m];
                for (int i = 0; i < row.length; i++) {
                    row[i] += by * first.weight()[m * row.length + i];
                }
            }
            bias[o] = (float) sum;
            for (int i = 0; i < row.length; i++) {
                weight[o * row.length + i] = (float) row[i];
            }
        }
        return new LinearLayer(second.name(), first.fanIn(), second.fanOut(), weight, bias);
    }

    void add(Activation activation) {
        settle();
        activations.add(activation);
        afterLayer = false;
    }

    /** Takes what was done to a layer's outputs into the layer. */
    private void settle() {
        if (!pending.isIdentity()) {
            replaceLast(pending.after(last()));
        }
        pending = new Affine();
    }

    /** Two classes instead of one logit: the first class's is 0. */
    void toTwoClasses() {
        settle();
        LinearLayer one = last();
        float[] weight = new float[2 * one.fanIn()];
        System.arraycopy(one.weight(), 0, weight, one.fanIn(), one.fanIn());
        replaceLast(new LinearLayer(one.name(), one.fanIn(), 2, weight, new float[] {0, one.bias()[0]}));
    }

    /**
     * At the end: what was done to the samples before the first layer.
     *
     * @param apart whether that may be told apart from the layer, and is not to become a part of it
     */
    Preprocessing finish(boolean apart) {
        settle();
        LinearLayer first = layers.get(0);
        Optional<Preprocessing> preprocessing =
                apart ? beforeFirst.asPreprocessing(first.fanIn(), first.name()) : Optional.empty();
        if (preprocessing.isEmpty()) {
            layers.set(0, beforeFirst.before(first));
        }
        for (LinearLayer layer : layers) {
            LinearLayer.requireFinite(
                    layer.name(), layer.weight(), List.of((long) layer.fanOut(), (long) layer.fanIn()));
            LinearLayer.requireFinite(layer.name() + "'s bias", layer.bias(), List.of((long) layer.fanOut()));
        }
        return preprocessing.orElse(Preprocessing.NONE);
    }
}
