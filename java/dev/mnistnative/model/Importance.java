package dev.mnistnative.model;

import dev.mnistnative.data.Dataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * How much a model makes of its features: permutation importance (L. Breiman, "Random Forests", 2001; A. Fisher, C.
 * Rudin, F. Dominici, "All Models are Wrong, but Many are Useful", 2019). The values of a feature, or of a group of
 * them together, are dealt anew to the samples, and what the model loses by it is what it makes of them: of classes and
 * labels the accuracy, of values the mean squared error. Features that say the same stand in for each other: permuted
 * one at a time each seems of no importance, permuted as a group they do not.
 *
 * <p>Which sample gets whose value is a function of the seed, the group and the repeat: the same bits each time, for
 * any number of threads. It is computed on data that the model has not learnt by heart: a test set.
 */
public final class Importance {
    /** Repeats without a number of them. */
    public static final int REPEATS = 5;

    private final Measure measure;
    private final double baseline;
    private final int samples;
    private final List<Group> groups;
    private final double[][] losses;

    /** What is lost. */
    public enum Measure {
        /** Drop of the accuracy: of the share of right classes, or of right labels. */
        ACCURACY,
        /** Rise of the mean squared error. */
        SQUARED_ERROR
    }

    /**
     * Features that are permuted together.
     *
     * @param name what they are called
     * @param features their numbers, at least one
     */
    public record Group(String name, int[] features) {
        public Group {
            Objects.requireNonNull(name, "name");
            features = features.clone();
            if (features.length == 0) {
                throw new IllegalArgumentException("the group " + name + " has no features: give at least one");
            }
        }

        /** The features' numbers; a copy. */
        @Override
        public int[] features() {
            return features.clone();
        }
    }

    Importance(Measure measure, double baseline, int samples, List<Group> groups, double[][] losses) {
        this.measure = measure;
        this.baseline = baseline;
        this.samples = samples;
        this.groups = List.copyOf(groups);
        this.losses = losses;
    }

    /** Of each feature, {@link #REPEATS} times, by seed 0. */
    public static Importance permutation(Model model, Dataset data) {
        return permutation(model, data, REPEATS, 0);
    }

    /**
     * Of each feature.
     *
     * @param data with labels or targets, by what the model's outputs are; samples are taken as they come
     * @param repeats permutations of each, 1 or more
     * @param seed decides which sample gets whose value
     * @throws IllegalArgumentException if the data does not fit the model or none of its samples counts
     */
    public static Importance permutation(Model model, Dataset data, int repeats, long seed) {
        return permutation(model, data, each(model, data), repeats, seed);
    }

    /**
     * Of groups of features.
     *
     * @param groups each permuted as one; a feature may be in several or in none
     * @throws IllegalArgumentException as above, and if a group holds a number that is no feature
     */
    public static Importance permutation(Model model, Dataset data, List<Group> groups, int repeats, long seed) {
        if (repeats < 1) {
            throw new IllegalArgumentException("repeats is " + repeats + ", but must be at least 1");
        }
        for (Group group : groups) {
            for (int feature : group.features()) {
                if (feature < 0 || feature >= data.features()) {
                    throw new IllegalArgumentException("the group " + group.name() + " holds feature " + feature
                            + ", but the data has " + data.features());
                }
            }
        }
        return model.prepared(data, seen -> new Permutations(model, seen, groups, repeats, seed).run());
    }

    /** A group for each feature, called as the model or the data calls it. */
    public static List<Group> each(Model model, Dataset data) {
        List<String> names = model.info().featureNames().isEmpty()
                ? data.featureNames()
                : model.info().featureNames();
        return IntStream.range(0, data.features())
                .mapToObj(f -> new Group(names.isEmpty() ? "feature " + f : names.get(f), new int[] {f}))
                .toList();
    }

    /**
     * Square patches of a picture, from the left to the right and down, those at its right and lower edge smaller where
     * the side does not divide it.
     *
     * @param side of a patch, 1 or more: 1 is each pixel
     */
    public static List<Group> patches(int width, int height, int side) {
        if (side < 1 || width < 1 || height < 1) {
            throw new IllegalArgumentException(
                    "a picture of " + width + " x " + height + " has no patches of side " + side);
        }
        List<Group> patches = new ArrayList<>();
        for (int top = 0; top < height; top += side) {
            for (int left = 0; left < width; left += side) {
                int bottom = Math.min(height, top + side);
                int right = Math.min(width, left + side);
                int[] features = new int[(bottom - top) * (right - left)];
                for (int i = 0; i < features.length; i++) {
                    features[i] = (top + i / (right - left)) * width + left + i % (right - left);
                }
                patches.add(new Group("row " + top + ", column " + left, features));
            }
        }
        return patches;
    }

    /** What is lost: accuracy, or a larger error. */
    public Measure measure() {
        return measure;
    }

    /** Accuracy or mean squared error of the data as it is. */
    public double baseline() {
        return baseline;
    }

    /** Samples that count. */
    public int samples() {
        return samples;
    }

    /** What was permuted, in the order asked for. */
    public List<Group> groups() {
        return groups;
    }

    /** How often. */
    public int repeats() {
        return losses.length == 0 ? 0 : losses[0].length;
    }

    /** The importance of a group: the mean over the repeats of what is lost, about 0 where nothing is made of it. */
    public double mean(int group) {
        return Arrays.stream(losses[group]).average().orElse(Double.NaN);
    }

    /** Standard deviation over the repeats (of the sample: their number less one); NaN of a single one. */
    public double deviation(int group) {
        double mean = mean(group);
        double squares = Arrays.stream(losses[group])
                .map(loss -> (loss - mean) * (loss - mean))
                .sum();
        return losses[group].length < 2 ? Double.NaN : Math.sqrt(squares / (losses[group].length - 1));
    }

    /** Numbers of the groups, the most important first, of equal ones that asked for first. */
    public List<Integer> ranking() {
        return IntStream.range(0, groups.size())
                .boxed()
                .sorted(Comparator.comparingDouble(this::mean).reversed())
                .toList();
    }

    /** Each feature's importance, that of its group (the last that it is in); 0 of those in none. */
    public float[] ofFeatures(int features) {
        float[] values = new float[features];
        for (int g = 0; g < groups.size(); g++) {
            for (int feature : groups.get(g).features()) {
                values[feature] = (float) mean(g);
            }
        }
        return values;
    }
}
