package dev.mnistnative.data;

import java.util.Arrays;
import java.util.List;

/**
 * What a data set's numbers mean. `classes` is 0 without labels, `classNames` empty where labels are plain numbers,
 * `featureNames` where the features have none.
 */
record SampleLayout(
        PixelType type,
        int[] sampleShape,
        double scale,
        long ignoreIndex,
        int classes,
        List<String> classNames,
        List<String> featureNames) {
    SampleLayout {
        features(sampleShape, type); // its sizes are checked once, here
    }

    int features() {
        return features(sampleShape, type);
    }

    int sampleBytes() {
        return features() * type.bytes();
    }

    SampleLayout as(PixelType newType, double newScale) {
        return new SampleLayout(newType, sampleShape, newScale, ignoreIndex, classes, classNames, featureNames);
    }

    SampleLayout shaped(int... shape) {
        int[] wanted = shape.clone();
        if (features(wanted, type) != features()) {
            throw new IllegalArgumentException("the shape " + Arrays.toString(wanted) + " has " + features(wanted, type)
                    + " features, but a sample has " + features());
        }
        return new SampleLayout(type, wanted, scale, ignoreIndex, classes, classNames, featureNames);
    }

    SampleLayout ignoring(long index) {
        return new SampleLayout(type, sampleShape, scale, index, classes, classNames, featureNames);
    }

    /** Whether samples of this shape look like pictures. */
    static boolean arePictures(int[] sampleShape) {
        return sampleShape.length > 1 || features(sampleShape, PixelType.UINT8) >= Dataset.PICTURE_FEATURES;
    }

    /** @throws IllegalArgumentException if a sample has no feature, or more bytes than a buffer can hold */
    static int features(int[] sampleShape, PixelType type) {
        long features = 1;
        for (int d : sampleShape) {
            if (d < 1) {
                throw new IllegalArgumentException(
                        "sampleShape " + Arrays.toString(sampleShape) + " must have dimensions of 1 or more");
            }
            features *= d;
            if (features * type.bytes() > DirectMemory.MAX_BYTES) {
                throw new IllegalArgumentException(
                        "sampleShape " + Arrays.toString(sampleShape) + " is more than 2 GiB a sample");
            }
        }
        return (int) features;
    }
}
