package dev.mnistnative.train;

import dev.mnistnative.binding.NativeLibrary;
import dev.mnistnative.binding.NativeLoss;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Task;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * torch.nn.CrossEntropyLoss: softmax cross-entropy on logits with integer labels, numerically stable.
 *
 * @param classWeights [classes] weight of each class, finite and not negative; null = all ones. Copied.
 * @param ignoreIndex ignore_index: samples with this label count for nothing
 * @param labelSmoothing label_smoothing, 0..1
 * @param reduction how the samples' losses become one; training needs MEAN or SUM
 */
public record CrossEntropyLoss(float[] classWeights, long ignoreIndex, double labelSmoothing, Reduction reduction)
        implements Loss {
    /** PyTorch's default for ignore_index. */
    public static final long DEFAULT_IGNORE_INDEX = NativeLoss.IGNORE_INDEX;

    /** PyTorch's defaults: no class weights, ignore_index -100, no smoothing, mean. */
    public static final CrossEntropyLoss DEFAULT = new CrossEntropyLoss(null, DEFAULT_IGNORE_INDEX, 0, Reduction.MEAN);

    public CrossEntropyLoss {
        Require.between("label_smoothing", labelSmoothing, 0, 1);
        Objects.requireNonNull(reduction, "reduction");
        if (classWeights != null) {
            classWeights = classWeights.clone();
            for (int c = 0; c < classWeights.length; c++) {
                Require.notNegative("class_weights[" + c + "]", classWeights[c]);
            }
        }
    }

    @Override
    public String id() {
        return "cross_entropy";
    }

    @Override
    public Task task() {
        return Task.CLASSES;
    }

    /** Whether it is the plain mean cross-entropy: no class weights, no label smoothing, no sum. */
    @Override
    public boolean isPlain() {
        return classWeights == null && labelSmoothing == 0 && reduction == Reduction.MEAN;
    }

    /** E.g. {@code cross-entropy: ignore index -100, label smoothing 0.1, reduction mean}. */
    @Override
    public String description() {
        return Description.of(
                "cross-entropy",
                "class weights",
                classWeights,
                "ignore index",
                ignoreIndex,
                "label smoothing",
                labelSmoothing,
                "reduction",
                reduction);
    }

    @Override
    public void requireFit(Mlp net) {
        if (classWeights != null && classWeights.length > 0 && allZero(classWeights)) {
            throw new IllegalArgumentException(
                    "class_weights are all 0: no sample would count, give at least one class a weight above 0");
        }
        if (classWeights != null && classWeights.length != net.classes()) {
            throw new IllegalArgumentException("class_weights has " + classWeights.length + " values, but the net "
                    + net + " has " + net.classes() + " classes");
        }
    }

    private static boolean allZero(float[] weights) {
        for (float weight : weights) {
            if (weight != 0) {
                return false;
            }
        }
        return true;
    }

    /** A copy of the class weights, or null. */
    @Override
    public float[] classWeights() {
        return classWeights == null ? null : classWeights.clone();
    }

    /** The same with these class weights (copied; null = all ones). */
    public CrossEntropyLoss withClassWeights(float... weights) {
        return new CrossEntropyLoss(weights, ignoreIndex, labelSmoothing, reduction);
    }

    /**
     * The same with class weights by which each class of a training set counts as much as any other: of N samples that
     * count, N / (classes × the class's own); 1 for a class without samples.
     */
    public CrossEntropyLoss withBalancedClassWeights(Dataset training, int classes) {
        long[] counts = new long[classes];
        long all = 0;
        IntBuffer labels = training.labels();
        for (int i = 0; i < labels.limit(); i++) {
            int label = labels.get(i);
            if (label != ignoreIndex && label >= 0 && label < classes) {
                counts[label]++;
                all++;
            }
        }
        float[] weights = new float[classes];
        for (int c = 0; c < classes; c++) {
            weights[c] = counts[c] == 0 ? 1 : (float) ((double) all / ((double) classes * counts[c]));
        }
        return withClassWeights(weights);
    }

    /** The same with another ignore_index. */
    public CrossEntropyLoss withIgnoreIndex(long index) {
        return new CrossEntropyLoss(classWeights, index, labelSmoothing, reduction);
    }

    /** The same with another label_smoothing. */
    public CrossEntropyLoss withLabelSmoothing(double smoothing) {
        return new CrossEntropyLoss(classWeights, ignoreIndex, smoothing, reduction);
    }

    /** The same with another reduction. */
    public CrossEntropyLoss withReduction(Reduction other) {
        return new CrossEntropyLoss(classWeights, ignoreIndex, labelSmoothing, other);
    }

    /**
     * The loss of these logits [count][classes] for these labels [count], computed in double precision. NaN for the
     * mean where every label is ignored, as in PyTorch.
     */
    public double value(double[][] logits, int[] labels) {
        if (reduction == Reduction.NONE) {
            throw new IllegalArgumentException("reduction NONE has one loss a sample: use values()");
        }
        return values(logits, labels)[0];
    }

    /** The losses [count] for reduction NONE, else the one loss; arguments as for {@link #value}. */
    public double[] values(double[][] logits, int[] labels) {
        Objects.requireNonNull(logits, "logits");
        Objects.requireNonNull(labels, "labels");
        int classes = logits.length == 0 ? 1 : logits[0].length;
        if (logits.length != labels.length) {
            throw new IllegalArgumentException(
                    "there are " + logits.length + " rows of logits, but " + labels.length + " labels");
        }
        if (classWeights != null && logits.length > 0 && classWeights.length != classes) {
            throw new IllegalArgumentException("class_weights has " + classWeights.length
                    + " values, but the logits have " + classes + " classes");
        }
        double[] flat = new double[Math.multiplyExact(logits.length, classes)];
        for (int i = 0; i < logits.length; i++) {
            if (logits[i].length != classes) {
                throw new IllegalArgumentException("row " + i + " of the logits has " + logits[i].length
                        + " classes, but the first has " + classes);
            }
            System.arraycopy(logits[i], 0, flat, i * classes, classes);
        }
        return NativeLibrary.crossEntropy(flat, labels, classes, NativeLosses.of(this));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CrossEntropyLoss that
                && Arrays.equals(classWeights, that.classWeights)
                && ignoreIndex == that.ignoreIndex
                && labelSmoothing == that.labelSmoothing
                && reduction == that.reduction;
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(classWeights), ignoreIndex, labelSmoothing, reduction);
    }

    @Override
    public String toString() {
        return "CrossEntropyLoss[classWeights=" + Arrays.toString(classWeights) + ", ignoreIndex=" + ignoreIndex
                + ", labelSmoothing=" + labelSmoothing + ", reduction=" + reduction + "]";
    }
}
