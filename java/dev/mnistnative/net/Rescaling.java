package dev.mnistnative.net;

import static dev.mnistnative.net.InputRange.BRIGHTEST;

import dev.mnistnative.data.NumberRange;
import java.util.Optional;

/**
 * What samples are multiplied by so that they stand where the training set stood, scaled.
 *
 * @param factor of the numbers as they came
 * @param remark what had to be assumed, if anything
 */
record Rescaling(double factor, Optional<String> remark) {
    /** Pixels of 0 … 255 that are darker than this all over are not told from other numbers. */
    private static final double DIM = 32;

    /**
     * How far numbers of 0 … 1 get outside by resampling, or rows of a table that was brought to 0 … 1 by its extremes.
     */
    private static final double MARGIN = 0.5;

    /** @param ownScale of bytes for which nothing else is told */
    static Rescaling ofBytes(Preprocessing trained, NumberRange numbers, double ownScale) {
        boolean byType = trained.scaling() instanceof Scaling.ByType;
        double scale = byType ? ownScale : trained.scaling().ofBytes();
        boolean bits = numbers.greatest() <= 1;
        return switch (trained.range()) {
            case UNKNOWN -> quiet(scale);
            case OTHER ->
                byType
                        ? saying(
                                scale,
                                "bytes, for a net that was trained on numbers neither of 0 … 255 nor of 0 … 1:"
                                        + " they are taken as 0 … 1")
                        : quiet(scale);
            case BYTE -> {
                double ofByte = trained.scaling().ofBytes();
                if (!bits || numbers.greatest() == 0) {
                    yield quiet(ofByte);
                }
                yield ownScale == 1 ? quiet(BRIGHTEST * ofByte) : bits(ofByte); // own scale 1: they were booleans
            }
            case UNIT -> {
                double ofUnit = trained.scaling().ofFloats();
                yield quiet(bits ? ofUnit : ofUnit / BRIGHTEST);
            }
        };
    }

    static Rescaling ofFloats(Preprocessing trained, NumberRange numbers) {
        return switch (trained.range()) {
            case UNKNOWN -> likeBytes(trained.scaling(), numbers, "and nothing tells what the net was trained on");
            case OTHER ->
                likeBytes(trained.scaling(), numbers, "for a net that was trained on neither these nor 0 … 1");
            case BYTE -> toBytes(trained.scaling(), numbers);
            case UNIT -> toUnit(trained.scaling().ofFloats(), numbers);
        };
    }

    /** Where bytes would be scaled by their type, the same pixels carried by something else are not. */
    private static Rescaling likeBytes(Scaling scaling, NumberRange numbers, String why) {
        return scaling instanceof Scaling.ByType && numbers.isOfBytes()
                ? saying(1, "whole numbers of 0 … 255, " + why + ": they are taken as they are")
                : quiet(scaling.ofFloats());
    }

    private static Rescaling toBytes(Scaling scaling, NumberRange numbers) {
        double ofByte = scaling.ofBytes();
        double asTheyAre = scaling.ofFloats();
        if (!numbers.isWithin(0, BRIGHTEST)) {
            boolean large = Math.max(-numbers.least(), numbers.greatest()) >= DIM;
            return outside(large ? ofByte : asTheyAre, numbers, "0 … 255");
        }
        if (numbers.greatest() == 0) {
            return quiet(asTheyAre);
        }
        if (numbers.greatest() <= 1) {
            if (numbers.whole()) {
                return bits(asTheyAre);
            }
            double factor = BRIGHTEST * ofByte;
            return factor == asTheyAre
                    ? quiet(factor)
                    : saying(
                            factor,
                            "numbers of 0 … 1, for a net that was trained on 0 … 255: they are multiplied by" + " 255");
        }
        return numbers.whole() || numbers.greatest() >= DIM ? quiet(ofByte) : outside(asTheyAre, numbers, "0 … 255");
    }

    private static Rescaling toUnit(double ofUnit, NumberRange numbers) {
        if (numbers.isWithin(-MARGIN, 1 + MARGIN)) {
            return quiet(ofUnit);
        }
        return numbers.isWithin(0, BRIGHTEST) && numbers.greatest() >= DIM
                ? saying(
                        ofUnit / BRIGHTEST,
                        "numbers of 0 … 255, for a net that was trained on 0 … 1: they are divided" + " by 255")
                : outside(ofUnit, numbers, "0 … 1");
    }

    private static Rescaling quiet(double factor) {
        return new Rescaling(factor, Optional.empty());
    }

    private static Rescaling saying(double factor, String remark) {
        return new Rescaling(factor, Optional.of(remark));
    }

    private static Rescaling bits(double factor) {
        return saying(
                factor,
                "only 0 and 1, which may be of 0 … 1 or of 0 … 255, and the net was trained on 0 … 255: they"
                        + " are taken as they are");
    }

    private static Rescaling outside(double factor, NumberRange numbers, String trainedOn) {
        return saying(
                factor,
                "numbers of " + (float) numbers.least() + " … " + (float) numbers.greatest()
                        + ", for a net that was trained on " + trainedOn + ": they are taken as they are");
    }
}
