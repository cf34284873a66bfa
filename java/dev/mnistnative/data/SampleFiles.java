package dev.mnistnative.data;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The files that a data set is read from.
 *
 * @param images an array [N, …], or a CSV table
 * @param labels an array [N] of class numbers; empty where {@code images} has them: an .npz with both, or a CSV whose
 *     label column the options name
 */
public record SampleFiles(Path images, Optional<Path> labels) {
    public SampleFiles {
        Objects.requireNonNull(images, "images");
        Objects.requireNonNull(labels, "labels");
    }

    /** Images and labels in one file. */
    public static SampleFiles of(Path both) {
        return new SampleFiles(both, Optional.empty());
    }

    /** A file of images and one of labels. */
    public static SampleFiles of(Path images, Path labels) {
        return new SampleFiles(images, Optional.of(labels));
    }
}
