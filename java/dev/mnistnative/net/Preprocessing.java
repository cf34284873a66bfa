package dev.mnistnative.net;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.NumberRange;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.data.Standardizer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * What is done to samples before a net sees them: they are brought to the range of the training set, scaled, then
 * standardised. Every way in gives the same bits, whatever type carries the samples: a data set, bytes, floats.
 *
 * <p>Samples of the same way in are measured together: whole numbers 0 … 255 for a net that was trained on 0 … 1 are
 * divided by 255, numbers of 0 … 1 for one that was trained on 0 … 255 are multiplied by it, all others are taken as
 * they are. {@link #remark} says which it was.
 *
 * @param range of the training set's numbers, before any scale
 * @param scaling what they are multiplied by
 * @param standardizer fitted on the training part, if there is one
 */
public record Preprocessing(InputRange range, Scaling scaling, Optional<Standardizer> standardizer) {
    /** Nothing beyond the scale that goes with a sample's type. */
    public static final Preprocessing NONE = new Preprocessing(InputRange.UNKNOWN, Scaling.byType(), Optional.empty());

    public Preprocessing {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(scaling, "scaling");
        Objects.requireNonNull(standardizer, "standardizer");
    }

    /** What a training set tells: the range of its numbers and the scale of its bytes. Floats are taken as they are. */
    public static Preprocessing fittedTo(Dataset training) {
        InputRange range = InputRange.ofTraining(training);
        if (training.pixelType() == PixelType.UINT8) {
            double scale = training.scale();
            return NONE.withRange(range)
                    .withScaling(range == InputRange.BYTE ? Scaling.bytes(scale) : Scaling.all(scale));
        }
        boolean normalizedPictures = range == InputRange.OTHER
                && training.hasPictures()
                && !training.range().whole();
        return NONE.withRange(range).withScaling(normalizedPictures ? Scaling.byType() : Scaling.all(1));
    }

    /**
     * The same with the range that the rest implies, for a net of which none is told. A scale of bytes, or one of
     * 1/255, is for 0 … 255; so are pixels whose means, without a scale, lie above what 0 … 1 has.
     */
    public Preprocessing withImpliedRange() {
        boolean scaled = scaling instanceof Scaling.Bytes
                || scaling instanceof Scaling.All all
                        && Math.abs(all.factor() * InputRange.BRIGHTEST - 1) < 1 / InputRange.BRIGHTEST; // or 1/256
        if (scaled) {
            return withRange(InputRange.BYTE);
        }
        boolean raw = scaling instanceof Scaling.ByType
                && standardizer.filter(Preprocessing::isOfBytes).isPresent();
        return raw ? withRange(InputRange.BYTE).withScaling(Scaling.all(1)) : withRange(InputRange.UNKNOWN);
    }

    private static boolean isOfBytes(Standardizer fitted) {
        double[] mean = fitted.mean();
        double greatest = Arrays.stream(mean).max().orElse(0);
        return mean.length >= Dataset.PICTURE_FEATURES
                && Arrays.stream(mean).allMatch(m -> m >= 0)
                && greatest > 2
                && greatest <= InputRange.BRIGHTEST;
    }

    /** The same for a net that was trained on numbers of this range. */
    public Preprocessing withRange(InputRange other) {
        return new Preprocessing(other, scaling, standardizer);
    }

    /** The same with this scaling. */
    public Preprocessing withScaling(Scaling other) {
        return new Preprocessing(range, other, standardizer);
    }

    /** The same with this standardisation after the scaling. */
    public Preprocessing withStandardizer(Standardizer fitted) {
        return new Preprocessing(range, scaling, Optional.of(fitted));
    }

    /** The samples as the net sees them. They are the caller's to close; these stay open. */
    public Dataset apply(Dataset samples) {
        return standardize(rescale(samples));
    }

    /** The samples in the training set's range and scaled, but not standardised. */
    public Dataset rescale(Dataset samples) {
        return samples.withScale(rescaling(samples).factor());
    }

    /** The samples standardised alone, for those that have their scale. */
    public Dataset standardize(Dataset samples) {
        return standardizer.map(fitted -> fitted.apply(samples)).orElse(samples);
    }

    /**
     * What one should know of how these samples are brought to the training set's range: that they are taken for
     * another one, or that it cannot be known. Empty where nothing had to be assumed.
     */
    public Optional<String> remark(Dataset samples) {
        return rescaling(samples).remark();
    }

    /** The values [count, features] of one or many samples of unsigned bytes as the net sees them, in a new array. */
    public float[] apply(byte[] samples) {
        double factor = factor(samples);
        float[] values = new float[samples.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((samples[i] & 0xff) * factor);
        }
        return standardize(values);
    }

    /** The values [count, features] of one or many samples of floats as the net sees them; they stay as they are. */
    public float[] apply(float[] samples) {
        double factor = Rescaling.ofFloats(this, NumberRange.of(samples)).factor();
        if (factor == 1) {
            return standardize(samples);
        }
        float[] values = new float[samples.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (samples[i] * factor);
        }
        return standardize(values);
    }

    /** What these unsigned bytes are multiplied by, before any standardisation. */
    public double factor(byte[] samples) {
        return Rescaling.ofBytes(this, NumberRange.of(samples), Dataset.UNIT_SCALE)
                .factor();
    }

    private Rescaling rescaling(Dataset samples) {
        return samples.pixelType() == PixelType.UINT8
                ? Rescaling.ofBytes(this, samples.range(), samples.scale())
                : Rescaling.ofFloats(this, samples.range());
    }

    private float[] standardize(float[] values) {
        return standardizer.map(fitted -> fitted.apply(values)).orElse(values);
    }
}
