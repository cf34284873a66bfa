package dev.mnistnative.data;

/**
 * Which numbers samples hold, as they came: bytes 0 … 255 whatever their scale, floats as they are.
 *
 * @param least of them
 * @param greatest of them
 * @param whole whether all of them are whole numbers
 */
public record NumberRange(double least, double greatest, boolean whole) {
    /** Every byte. */
    static final NumberRange BYTES = new NumberRange(0, 255, true);

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

    /** Of these numbers and those. */
    NumberRange and(NumberRange others) {
        return new NumberRange(
                Math.min(least, others.least), Math.max(greatest, others.greatest), whole && others.whole);
    }

    /** Whether all of them lie so. */
    public boolean isWithin(double from, double to) {
        return least >= from && greatest <= to;
    }
}
