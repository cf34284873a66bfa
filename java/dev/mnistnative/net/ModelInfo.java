package dev.mnistnative.net;

import dev.mnistnative.data.Dataset;
import java.util.List;
import java.util.Objects;

/**
 * What a net's numbers mean: what is done to samples before it sees them, what its inputs and its classes are called,
 * and which label took no part in training. Kept with the net in model files and checkpoints.
 *
 * @param preprocessing of samples
 * @param classNames [classes] in the order of the labels, or empty
 * @param featureNames [features], or empty
 * @param ignoreIndex the label of samples that take part in nothing
 */
public record ModelInfo(
        Preprocessing preprocessing, List<String> classNames, List<String> featureNames, long ignoreIndex) {
    /** Nothing beyond the defaults. */
    public static final ModelInfo NONE =
            new ModelInfo(Preprocessing.NONE, List.of(), List.of(), Dataset.DEFAULT_IGNORE_INDEX);

    public ModelInfo {
        Objects.requireNonNull(preprocessing, "preprocessing");
        classNames = List.copyOf(classNames);
        featureNames = List.copyOf(featureNames);
    }

    /** What a training set tells: the scale of its bytes, the names of its classes and features, its ignore_index. */
    public static ModelInfo of(Dataset training) {
        return new ModelInfo(
                Preprocessing.fittedTo(training),
                training.classNames(),
                training.featureNames(),
                training.ignoreIndex());
    }

    /** The same with this preprocessing. */
    public ModelInfo withPreprocessing(Preprocessing other) {
        return new ModelInfo(other, classNames, featureNames, ignoreIndex);
    }

    /** The same with these names, one per class. */
    public ModelInfo withClassNames(List<String> names) {
        return new ModelInfo(preprocessing, names, featureNames, ignoreIndex);
    }

    /** The same with these names, one per class. */
    public ModelInfo withClassNames(String... names) {
        return withClassNames(List.of(names));
    }

    /** The same with these names, one per feature. */
    public ModelInfo withFeatureNames(List<String> names) {
        return new ModelInfo(preprocessing, classNames, names, ignoreIndex);
    }

    /** The same with another label of samples that take part in nothing. */
    public ModelInfo withIgnoreIndex(long label) {
        return new ModelInfo(preprocessing, classNames, featureNames, label);
    }

    /**
     * @throws IllegalArgumentException if there are names or means, but not as many as the net's classes or features
     */
    public void requireFit(Mlp net) {
        requireCount(classNames.size(), "class names", net, net.classes(), "classes");
        requireCount(featureNames.size(), "feature names", net, net.features(), "features");
        preprocessing
                .standardizer()
                .ifPresent(fitted -> requireCount(fitted.mean().length, "means", net, net.features(), "features"));
    }

    private static void requireCount(int there, String what, Mlp net, int wanted, String of) {
        if (there != 0 && there != wanted) {
            throw new IllegalArgumentException(
                    "there are " + there + " " + what + ", but the net " + net + " has " + wanted + " " + of);
        }
    }
}
