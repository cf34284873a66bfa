package dev.mnistnative.net.internal;

import dev.mnistnative.binding.NativeAnswers;
import dev.mnistnative.binding.NativeData;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.PixelType;

/** A data set as the native side takes it. */
public final class NativeSamples {
    private NativeSamples() {}

    /** What the native side reads in place, of any size; it lives as long as this object. */
    public static NativeData of(Dataset data) {
        boolean bytes = data.pixelType() == PixelType.UINT8;
        int sampleBytes = data.features() * data.pixelType().bytes();
        int first = Math.min(data.size(), Integer.MAX_VALUE / sampleBytes);
        return first == data.size()
                ? NativeData.of(data.pixels(), bytes, data.scale(), data.size(), data.features(), answers(data))
                : NativeData.ofLarge(
                        data.pixels(0, first), bytes, data.scale(), data.size(), data.features(), answers(data));
    }

    private static NativeAnswers answers(Dataset data) {
        return new NativeAnswers(
                data.hasLabels() ? data.labels() : null,
                data.hasTargets() ? data.targets() : null,
                data.outputs(),
                data.sampleWeights().orElse(null));
    }
}
