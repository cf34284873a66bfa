package dev.mnistnative.data;

import java.util.List;

/**
 * What the arrays of an .npz are conventionally called, the likeliest first; arr_0 … are those that numpy.savez got
 * without names: samples, labels, and the same of a test set.
 */
enum MemberNames {
    TRAIN(
            List.of("x_train", "train_images", "train_x", "images", "x", "data", "features", "arr_0"),
            List.of(
                    "y_train",
                    "y_train_label",
                    "train_labels",
                    "train_y",
                    "labels",
                    "label",
                    "y",
                    "target",
                    "targets",
                    "arr_1"),
            List.of(
                    "y_train",
                    "train_targets",
                    "targets",
                    "target",
                    "train_y",
                    "y",
                    "train_labels",
                    "labels",
                    "label",
                    "arr_1")),
    TEST(
            List.of("x_test", "test_images", "test_x", "arr_2"),
            List.of("y_test", "y_test_label", "test_labels", "test_y", "arr_3"),
            List.of("y_test", "test_targets", "test_y", "test_labels", "arr_3"));

    /** Of sample weights. */
    static final List<String> WEIGHTS = List.of("sample_weights", "sample_weight", "weights");

    private final List<String> samples;
    private final List<String> labels;
    private final List<String> targets;

    MemberNames(List<String> samples, List<String> labels, List<String> targets) {
        this.samples = samples;
        this.labels = labels;
        this.targets = targets;
    }

    List<String> samples() {
        return samples;
    }

    List<String> targets() {
        return targets;
    }

    /** Of what must be there beside the samples. */
    List<String> answers(ReadOptions options) {
        return options.answers() == Answers.TARGETS ? targets : labels;
    }
}
