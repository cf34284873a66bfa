package dev.mnistnative.net;

import dev.mnistnative.data.Dataset;

/** What samples are multiplied by before a net sees them, once they are in the {@link InputRange} it was trained on. */
public sealed interface Scaling {
    /** By the samples' type: bytes by their data set's scale, 1/255 unless it was told; floats not at all. */
    record ByType() implements Scaling {
        @Override
        public double ofBytes() {
            return Dataset.UNIT_SCALE;
        }

        @Override
        public double ofFloats() {
            return 1;
        }
    }

    /**
     * Bytes, and floats that are known to be of 0 … 255; other floats are taken as they are.
     *
     * @param factor finite and above 0
     */
    record Bytes(double factor) implements Scaling {
        public Bytes {
            requireFactor(factor);
        }

        @Override
        public double ofBytes() {
            return factor;
        }

        @Override
        public double ofFloats() {
            return 1;
        }
    }

    /**
     * Samples of every type.
     *
     * @param factor finite and above 0
     */
    record All(double factor) implements Scaling {
        public All {
            requireFactor(factor);
        }

        @Override
        public double ofBytes() {
            return factor;
        }

        @Override
        public double ofFloats() {
            return factor;
        }
    }

    /** By the samples' type, see {@link ByType}. */
    static Scaling byType() {
        return new ByType();
    }

    /** Bytes by this factor, see {@link Bytes}. */
    static Scaling bytes(double factor) {
        return new Bytes(factor);
    }

    /** Samples of every type by this factor. */
    static Scaling all(double factor) {
        return new All(factor);
    }

    /** What a sample of bytes that belongs to no data set is multiplied by. */
    double ofBytes();

    /** What a sample of floats is multiplied by. */
    double ofFloats();

    private static void requireFactor(double factor) {
        if (!(factor > 0 && Double.isFinite(factor))) {
            throw new IllegalArgumentException("the scale " + factor + " must be a finite number above 0");
        }
    }
}
