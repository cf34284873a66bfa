package dev.mnistnative.data;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.binding.LargeMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * Samples of equal size, one after the other in one piece of native memory. A buffer holds at most 2 GiB, so they are
 * seen through several, each of whole samples.
 */
final class SampleMemory {
    private final int samples;
    private final int sampleBytes;
    private final int samplesPerBlock;
    private final ByteBuffer[] blocks; // position 0, native order, never moved
    private final LargeMemory large; // null if there is one block

    private SampleMemory(int samples, int sampleBytes, int samplesPerBlock, ByteBuffer[] blocks, LargeMemory large) {
        this.samples = samples;
        this.sampleBytes = sampleBytes;
        this.samplesPerBlock = samplesPerBlock;
        this.blocks = blocks;
        this.large = large;
    }

    /** The buffer from its position to its limit: whole samples, at least one. */
    static SampleMemory of(ByteBuffer pixels, int sampleBytes) {
        int samples = pixels.remaining() / sampleBytes;
        if (samples == 0 || pixels.remaining() % sampleBytes != 0) {
            throw new IllegalArgumentException("pixels: " + pixels.remaining()
                    + " bytes are not a whole number of samples of " + sampleBytes + " bytes; at least one is needed");
        }
        ByteBuffer whole = pixels.slice().order(ByteOrder.nativeOrder());
        return new SampleMemory(samples, sampleBytes, samples, new ByteBuffer[] {whole}, null);
    }

    /** Zeroed memory. */
    static SampleMemory allocate(int samples, int sampleBytes, String what) {
        return allocate(samples, sampleBytes, DirectMemory.MAX_BYTES, what);
    }

    /** @param mostPerBlock bytes, at least a sample's */
    static SampleMemory allocate(int samples, int sampleBytes, long mostPerBlock, String what) {
        long bytes = (long) samples * sampleBytes;
        if (bytes <= mostPerBlock) {
            return of(DirectMemory.allocate(bytes, what), sampleBytes);
        }
        try {
            int perBlock = (int) (mostPerBlock / sampleBytes);
            return blocks(LargeMemory.allocate(bytes), samples, sampleBytes, perBlock);
        } catch (OutOfMemoryError e) {
            throw new MnistNativeException(
                    MnistNativeException.Status.OUT_OF_MEMORY,
                    what + ": there is no room for " + bytes + " bytes of native memory; use fewer samples.",
                    e);
        }
    }

    private static SampleMemory blocks(LargeMemory memory, int samples, int sampleBytes, int perBlock) {
        ByteBuffer[] blocks = new ByteBuffer[(samples + perBlock - 1) / perBlock];
        for (int b = 0; b < blocks.length; b++) {
            int first = b * perBlock;
            int count = Math.min(perBlock, samples - first);
            blocks[b] = memory.view((long) first * sampleBytes, count * sampleBytes);
        }
        return new SampleMemory(samples, sampleBytes, perBlock, blocks, memory);
    }

    int samples() {
        return samples;
    }

    long bytes() {
        return (long) samples * sampleBytes;
    }

    int blockCount() {
        return blocks.length;
    }

    /** Whole samples one after the other, the first being number {@link #firstOf}; position 0. */
    ByteBuffer block(int index) {
        return blocks[index].duplicate().order(ByteOrder.nativeOrder());
    }

    int firstOf(int block) {
        return block * samplesPerBlock;
    }

    /** The block that holds a sample; for loops, its position and limit stay. */
    ByteBuffer blockOf(int sample) {
        return blocks[sample / samplesPerBlock];
    }

    /** Where a sample begins in its block. */
    int offsetOf(int sample) {
        return sample % samplesPerBlock * sampleBytes;
    }

    /** A view of a sample's floats. */
    FloatBuffer floats(int sample) {
        return blockOf(sample)
                .slice(offsetOf(sample), sampleBytes)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** Samples [first, first + count), which are at most 2 GiB. */
    ByteBuffer view(int first, int count) {
        Objects.checkFromIndexSize(first, count, samples);
        long bytes = (long) count * sampleBytes;
        DirectMemory.requireOneBuffer(bytes, "a view of " + count + " samples");
        boolean inOne = large == null || count == 0 || first / samplesPerBlock == (first + count - 1) / samplesPerBlock;
        return (inOne && first < samples
                        ? blockOf(first).slice(offsetOf(first), (int) bytes)
                        : large.view((long) first * sampleBytes, (int) bytes))
                .order(ByteOrder.nativeOrder());
    }

    /** The first samples, in the same memory. */
    SampleMemory first(int count) {
        if (large == null || count <= samplesPerBlock) {
            return of(view(0, count), sampleBytes);
        }
        return blocks(large, count, sampleBytes, samplesPerBlock);
    }

    /** Copies a sample of another memory of samples of the same size. */
    void copy(int to, SampleMemory from, int sample) {
        blockOf(to).put(offsetOf(to), from.blockOf(sample), from.offsetOf(sample), sampleBytes);
    }

    /** Fills `row` [features] with a sample's values as the network sees them. */
    void copyTo(float[] row, int sample, SampleLayout layout) {
        if (layout.type() == PixelType.FLOAT32) {
            floats(sample).get(row);
            return;
        }
        ByteBuffer block = blockOf(sample);
        int start = offsetOf(sample);
        double scale = layout.scale();
        for (int f = 0; f < row.length; f++) {
            row[f] = (float) ((block.get(start + f) & 0xff) * scale);
        }
    }

    /** Which numbers of this type there are. */
    NumberRange range(PixelType type) {
        return type == PixelType.UINT8 ? rangeOfBytes() : rangeOfFloats();
    }

    /** One byte above 1, and they are taken for all bytes: of pictures the first sample has one. */
    private NumberRange rangeOfBytes() {
        NumberRange range = NumberRange.of(new float[1]);
        for (ByteBuffer block : blocks) {
            for (int i = 0; i < block.limit(); i++) {
                if ((block.get(i) & 0xff) > 1) {
                    return NumberRange.BYTES;
                }
                if (block.get(i) == 1) {
                    range = NumberRange.BITS;
                }
            }
        }
        return range;
    }

    private NumberRange rangeOfFloats() {
        float[] values = new float[sampleBytes / Float.BYTES];
        NumberRange range = NumberRange.NOTHING;
        for (int sample = 0; sample < samples; sample++) {
            floats(sample).get(values);
            range = range.and(NumberRange.of(values));
        }
        return range;
    }
}
