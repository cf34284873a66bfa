package dev.mnistnative.net;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.data.Standardizer;
import java.util.List;

/**
 * What a net's weights do not tell: what was done to the samples before it saw them, and what its classes are called.
 * It is kept in the metadata of model files and checkpoints ({@code scale}, {@code scale_of}, {@code mean}, {@code
 * std}, {@code class_names}).
 *
 * @param scale what samples were multiplied by; null = by the default of their type
 * @param bytesOnly whether only bytes were, and floats are to be taken as they are
 * @param standardizer fitted on the training part; null = none
 * @param classNames [classes], or empty
 */
public record ModelMetadata(Double scale, boolean bytesOnly, Standardizer standardizer, List<String> classNames) {
    /** Nothing beyond the defaults. */
    public static final ModelMetadata NONE = new ModelMetadata(null, false, null, List.of());

    public ModelMetadata {
        if (scale != null && !(scale > 0 && Double.isFinite(scale))) {
            throw new IllegalArgumentException("the scale " + scale + " must be a finite number above 0");
        }
        classNames = List.copyOf(classNames);
    }

    /** What a data set tells: the scale of its bytes (of floats it is not known) and the names of its classes. */
    public static ModelMetadata of(Dataset training) {
        boolean bytes = training.pixelType() == PixelType.UINT8;
        return new ModelMetadata(bytes ? training.scale() : null, bytes, null, training.classNames());
    }

    /** The same with this scale for samples of every type. */
    public ModelMetadata withScale(double factor) {
        return new ModelMetadata(factor, false, standardizer, classNames);
    }

    /** The same with this standardisation; null = none. */
    public ModelMetadata withStandardizer(Standardizer fitted) {
        return new ModelMetadata(scale, bytesOnly, fitted, classNames);
    }

    /** The same with these names, one a class. */
    public ModelMetadata withClassNames(List<String> names) {
        return new ModelMetadata(scale, bytesOnly, standardizer, names);
    }

    /** The same with these names, one a class. */
    public ModelMetadata withClassNames(String... names) {
        return withClassNames(List.of(names));
    }

    /**
     * Samples as the net was trained to see them: scaled and standardised. They are the caller's to close; these stay
     * open.
     */
    public Dataset prepare(Dataset samples) {
        return standardized(scales(samples) ? samples.withScale(scale) : samples);
    }

    /** The same without the scale, for samples that have theirs. */
    public Dataset standardized(Dataset samples) {
        return standardizer == null ? samples : standardizer.apply(samples);
    }

    private boolean scales(Dataset samples) {
        return scale != null && !(bytesOnly && samples.pixelType() == PixelType.FLOAT32);
    }

    /**
     * @throws IllegalArgumentException if there are names or means, but not as many as the net's classes or features
     */
    public void requireFit(Mlp shape) {
        if (!classNames.isEmpty() && classNames.size() != shape.classes()) {
            throw new IllegalArgumentException("there are " + classNames.size() + " class names, but the net " + shape
                    + " has " + shape.classes() + " classes");
        }
        if (standardizer != null && standardizer.mean().length != shape.features()) {
            throw new IllegalArgumentException("there are " + standardizer.mean().length + " means, but the net "
                    + shape + " has " + shape.features() + " features");
        }
    }
}
