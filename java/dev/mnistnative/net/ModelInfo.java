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
 * @param task what the outputs are
 * @param targetNames [outputs] of a net whose outputs are no classes, or empty
 */
public record ModelInfo(
        Preprocessing preprocessing,
        List<String> classNames,
        List<String> featureNames,
        long ignoreIndex,
        Task task,
        List<String> targetNames) {
    /** Nothing beyond the defaults: the outputs are classes. */
    public static final ModelInfo NONE = new ModelInfo(
            Preprocessing.NONE, List.of(), List.of(), Dataset.DEFAULT_IGNORE_INDEX, Task.CLASSES, List.of());

    public ModelInfo {
        Objects.requireNonNull(preprocessing, "preprocessing");
        Objects.requireNonNull(task, "task");
        classNames = List.copyOf(classNames);
        featureNames = List.copyOf(featureNames);
        targetNames = List.copyOf(targetNames);
    }

    /** {@link #of(Dataset, Task)} of a set whose labels are classes. */
    public static ModelInfo of(Dataset training) {
        return of(training, Task.CLASSES);
    }

    /**
     * What a training set tells: the scale of its bytes, the names of its features and of its classes or targets, its
     * ignore_index.
     */
    public static ModelInfo of(Dataset training, Task task) {
        boolean classes = task == Task.CLASSES;
        return new ModelInfo(
                Preprocessing.fittedTo(training),
                classes ? training.classNames() : List.of(),
                training.featureNames(),
                training.ignoreIndex(),
                task,
                classes ? List.of() : training.targetNames());
    }

    /** The same with this preprocessing. */
    public ModelInfo withPreprocessing(Preprocessing other) {
        return new ModelInfo(other, classNames, featureNames, ignoreIndex, task, targetNames);
    }

    /** The same with these names, one per class. */
    public ModelInfo withClassNames(List<String> names) {
        return new ModelInfo(preprocessing, names, featureNames, ignoreIndex, task, targetNames);
    }

    /** The same with these names, one per class. */
    public ModelInfo withClassNames(String... names) {
        return withClassNames(List.of(names));
    }

    /** The same with these names, one per feature. */
    public ModelInfo withFeatureNames(List<String> names) {
        return new ModelInfo(preprocessing, classNames, names, ignoreIndex, task, targetNames);
    }

    /** The same with another label of samples that take part in nothing. */
    public ModelInfo withIgnoreIndex(long label) {
        return new ModelInfo(preprocessing, classNames, featureNames, label, task, targetNames);
    }

    /** The same with outputs that are this. */
    public ModelInfo withTask(Task other) {
        return new ModelInfo(preprocessing, classNames, featureNames, ignoreIndex, other, targetNames);
    }

    /** The same with these names, one per output; for outputs that are no classes. */
    public ModelInfo withTargetNames(List<String> names) {
        return new ModelInfo(preprocessing, classNames, featureNames, ignoreIndex, task, names);
    }

    /**
     * @throws IllegalArgumentException if there are names or means, but not as many as the net's classes or features
     */
    public void requireFit(Mlp net) {
        requireCount(classNames.size(), "class names", net, net.classes(), "classes");
        requireCount(targetNames.size(), "target names", net, net.classes(), "outputs");
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
