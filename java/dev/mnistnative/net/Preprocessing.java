package dev.mnistnative.net;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.data.Standardizer;
import java.util.Objects;
import java.util.Optional;

/**
 * What is done to samples before a net sees them: they are scaled, then standardised. Every way in gives the same bits:
 * a data set, bytes, floats.
 *
 * @param scaling what they are multiplied by
 * @param standardizer fitted on the training part, if there is one
 */
public record Preprocessing(Scaling scaling, Optional<Standardizer> standardizer) {
    /** Nothing beyond the scale that goes with a sample's type. */
    public static final Preprocessing NONE = new Preprocessing(Scaling.byType(), Optional.empty());

    public Preprocessing {
        Objects.requireNonNull(scaling, "scaling");
        Objects.requireNonNull(standardizer, "standardizer");
    }

    /** What a training set tells: the scale of its bytes. (How floats came to be is not known: they are left alone.) */
    public static Preprocessing fittedTo(Dataset training) {
        boolean bytes = training.pixelType() == PixelType.UINT8;
        return NONE.withScaling(bytes ? Scaling.bytes(training.scale()) : Scaling.byType());
    }

    /** The same with this scaling. */
    public Preprocessing withScaling(Scaling other) {
        return new Preprocessing(other, standardizer);
    }

    /** The same with this standardisation after the scaling. */
    public Preprocessing withStandardizer(Standardizer fitted) {
        return new Preprocessing(scaling, Optional.of(fitted));
    }

    /** The samples as the net sees them. They are the caller's to close; these stay open. */
    public Dataset apply(Dataset samples) {
        return standardize(scaling.apply(samples));
    }

    /** The samples standardised alone, for those that have their scale. */
    public Dataset standardize(Dataset samples) {
        return standardizer.map(fitted -> fitted.apply(samples)).orElse(samples);
    }

    /** The values [count, features] of one or many samples of unsigned bytes as the net sees them, in a new array. */
    public float[] apply(byte[] samples) {
        double factor = scaling.ofBytes();
        float[] values = new float[samples.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((samples[i] & 0xff) * factor);
        }
        return standardize(values);
    }

    /** The values [count, features] of one or many samples of floats as the net sees them; they stay as they are. */
    public float[] apply(float[] samples) {
        double factor = scaling.ofFloats();
        if (factor == 1) {
            return standardize(samples);
        }
        float[] values = new float[samples.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (samples[i] * factor);
        }
        return standardize(values);
    }

    private float[] standardize(float[] values) {
        return standardizer.map(fitted -> fitted.apply(values)).orElse(values);
    }
}
