package dev.mnistnative.data;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;

/** What a {@link Dataset} holds, and how others are made of it. */
record Samples(SampleLayout layout, SampleMemory pixels, Supervision taught) {
    /** Keeps the split's permutation apart from those of the epochs under the same seed. */
    private static final long SPLIT_STREAM = 0x53504c4954L;

    /** A value of one feature to its new value. */
    @FunctionalInterface
    interface ValueMap {
        double apply(int feature, double value);
    }

    /** Indices of the two parts of a split, each in the order of the whole. */
    record Split(int[] training, int[] validation) {}

    Samples {
        taught.requireSize(pixels.samples());
    }

    int size() {
        return pixels.samples();
    }

    Samples with(SampleLayout other) {
        return new Samples(other, pixels, taught);
    }

    Samples with(Supervision other) {
        return new Samples(layout, pixels, other);
    }

    /** Bytes are shared, floats multiplied. */
    Samples scaled(double scale) {
        if (!(scale > 0 && scale <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException("scale must be a finite number above 0, not " + scale);
        }
        if (layout.type() == PixelType.UINT8) {
            return with(layout.as(PixelType.UINT8, scale));
        }
        return scale == 1 ? this : map((feature, x) -> x * scale);
    }

    Samples ignoring(long ignoreIndex) {
        if (taught.labels() != null) {
            Labels.countClasses(taught.labels(), ignoreIndex);
        }
        return with(layout.ignoring(ignoreIndex));
    }

    Samples first(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("limit must be 1 or more, not " + n);
        }
        int size = Math.min(n, size());
        return new Samples(layout, pixels.first(size), taught.first(size));
    }

    Samples select(int[] indices) {
        SampleMemory chosen = SampleMemory.allocate(indices.length, layout.sampleBytes(), "the selected samples");
        for (int to = 0; to < indices.length; to++) {
            chosen.copy(to, pixels, Objects.checkIndex(indices[to], size()));
        }
        return new Samples(layout, chosen, taught.select(indices));
    }

    Split split(double validationShare, long seed) {
        if (!(validationShare > 0 && validationShare < 1)) {
            throw new IllegalArgumentException(
                    "the validation share must be above 0 and below 1, not " + validationShare);
        }
        if (size() < 2) {
            throw new IllegalArgumentException("one sample cannot be split; use a larger data set");
        }
        int held = (int) Math.max(1, Math.min(size() - 1L, Math.round(validationShare * size())));
        int[] order = SampleOrder.shuffled(size(), seed ^ SPLIT_STREAM, 0);
        return new Split(
                Arrays.stream(order, held, size()).sorted().toArray(),
                Arrays.stream(order, 0, held).sorted().toArray());
    }

    /** As many samples of float32, all 0 yet, taught the same. */
    Samples asFloats(String what) {
        SampleLayout floats = layout.as(PixelType.FLOAT32, 1);
        return new Samples(floats, SampleMemory.allocate(size(), floats.sampleBytes(), what), taught);
    }

    /** What the network sees of each sample is its target. Float32 is shared, where one buffer holds it. */
    Samples withInputAsTarget() {
        int features = layout.features();
        FloatBuffer seen;
        if (layout.type() == PixelType.FLOAT32 && pixels.blockCount() == 1) {
            seen = pixels.block(0).asFloatBuffer();
        } else {
            long bytes = (long) size() * features * Float.BYTES;
            seen = DirectMemory.allocate(bytes, "the inputs as targets").asFloatBuffer();
            float[] row = new float[features];
            for (int i = 0; i < size(); i++) {
                copySample(i, row);
                seen.put(i * features, row);
            }
        }
        return with(taught.withTargets(seen, features).withTargetNames(layout.featureNames()));
    }

    /** As float32, every value (as the network sees it) changed. */
    Samples map(ValueMap map) {
        Samples changed = asFloats("the changed samples");
        float[] row = new float[layout.features()];
        for (int i = 0; i < size(); i++) {
            copySample(i, row);
            for (int f = 0; f < row.length; f++) {
                row[f] = (float) map.apply(f, row[f]);
                SampleChecks.requireFinite(i, f, row[f]);
            }
            changed.pixels.floats(i).put(row);
        }
        return changed;
    }

    /** Fills `row` [features] with sample i's values as the network sees them. */
    void copySample(int i, float[] row) {
        pixels.copyTo(row, i, layout);
    }

    @Override
    public String toString() {
        return size() + " samples of " + Arrays.toString(layout.sampleShape()) + " " + layout.type() + ", "
                + layout.classes() + " classes, " + taught.outputs() + " targets";
    }
}
