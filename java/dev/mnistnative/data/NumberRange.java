package dev.mnistnative.data;

/**
 * Which numbers samples hold, as they came: bytes 0 … 255 whatever their scale, floats as they are.
 *
 * @param least of them
 * @param greatest of them
 * @param whole whether all of them are whole numbers
 */
public record NumberRange(double least, double greatest, boolean whole) {
    /** Numbers that all lie below are not taken for a byte's brightness: 16 grey levels, years of age. */
    private static final double BRIGHT = 128;

    /** Every byte. */
    static final NumberRange BYTES = new NumberRange(0, 255, true);

    /** 0 and 1 alone. */
    static final NumberRange BITS = new NumberRange(0, 1, true);

    /** Of no number yet: {@link #and} of it and another is the other. */
    static final NumberRange NOTHING = new NumberRange(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, true);

    /** Of finite numbers, at least one. */
    public static NumberRange of(float[] values) {
        float least = Float.POSITIVE_INFINITY;
        float greatest = Float.NEGATIVE_INFINITY;
        boolean whole = true;
        for (float value : values) {
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
            whole &= value == Math.rint(value);
        }
        return new NumberRange(least, greatest, whole);
    }

    /**
     * Of unsigned bytes: 0 … 1 if there is none above, else 0 … 255.
     *
     * @param values at least one
     */
    public static NumberRange of(byte[] values) {
        byte all = 0;
        for (byte value : values) {
            all |= value;
        }
        return (all & 0xff) > 1 ? BYTES : all == 1 ? BITS : new NumberRange(0, 0, true);
    }

    /** Of these numbers and those. */
    NumberRange and(NumberRange others) {
        return new NumberRange(
                Math.min(least, others.least), Math.max(greatest, others.greatest), whole && others.whole);
    }

    /** Whether all of them lie so. */
    public boolean isWithin(double from, double to) {
        return least >= from && greatest <= to;
    }

    /** Whether they are what bytes of brightness hold: whole, 0 … 255, and the largest at least 128. */
    public boolean isOfBytes() {
        return whole && reachesBytes();
    }

    /** The same, but fractions may lie between, as in pictures that were resampled. */
    public boolean reachesBytes() {
        return isWithin(BYTES.least, BYTES.greatest) && greatest >= BRIGHT;
    }
}
