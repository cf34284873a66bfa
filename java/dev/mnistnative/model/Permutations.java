package dev.mnistnative.model;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.data.SampleOrder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs a model on samples of which some features are another's. Only the samples that a permutation changes go through
 * the net, block by block, whatever group they are of: what is alike, as the borders of pictures are, costs nothing,
 * and a block is large enough for all threads.
 */
final class Permutations {
    private static final int BLOCK_BYTES = 1 << 22;
    private static final int MOST_ROWS = 4096;
    private static final int VIEW_BYTES = 1 << 30;

    private final Model model;
    private final Dataset data;
    private final List<Importance.Group> groups;
    private final int repeats;
    private final long seed;
    private final SampleScore score;
    private final int[] counted;
    private final int valueBytes;
    private final int sampleBytes;
    private final int samplesPerView;
    private final List<ByteBuffer> views = new ArrayList<>();
    private final double[] before; // [samples] each one's score as it is
    private final double[][] sums; // [groups][repeats]

    private final ByteBuffer rows;
    private final FloatBuffer made;
    private final int capacity;
    private final int[] sampleOf;
    private final int[] taskOf;
    private int pending;

    /** @param data what the net itself sees */
    Permutations(Model model, Dataset data, List<Importance.Group> groups, int repeats, long seed) {
        if (data.features() != model.net().features()) {
            throw new IllegalArgumentException("the data has " + data.features() + " features a sample, but the net "
                    + model.net() + " takes " + model.net().features());
        }
        this.model = model;
        this.data = data;
        this.groups = groups;
        this.repeats = repeats;
        this.seed = seed;
        score = SampleScore.of(model.info().task(), model.net(), data);
        counted = score.counted();
        if (counted.length == 0) {
            throw new IllegalArgumentException("none of the samples counts: the label of each is the ignore_index");
        }
        valueBytes = data.pixelType().bytes();
        sampleBytes = data.features() * valueBytes;
        samplesPerView = Math.max(1, VIEW_BYTES / sampleBytes);
        for (int first = 0; first < data.size(); first += samplesPerView) {
            views.add(data.pixels(first, Math.min(samplesPerView, data.size() - first)));
        }
        before = new double[data.size()];
        sums = new double[groups.size()][repeats];
        capacity = Math.max(1, Math.min(MOST_ROWS, BLOCK_BYTES / sampleBytes));
        rows = ByteBuffer.allocateDirect(capacity * sampleBytes).order(ByteOrder.nativeOrder());
        made = ByteBuffer.allocateDirect(
                        Math.multiplyExact(capacity * model.net().classes(), Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        sampleOf = new int[capacity];
        taskOf = new int[capacity];
    }

    Importance run() {
        double all = 0;
        for (int sample : counted) {
            add(sample, -1);
        }
        flush();
        for (int sample : counted) {
            all += before[sample];
        }
        for (int task = 0; task < Math.multiplyExact(groups.size(), repeats); task++) {
            permute(task);
        }
        flush();
        double sign = score.measure() == Importance.Measure.ACCURACY ? -1 : 1;
        double[][] losses = new double[sums.length][];
        Arrays.setAll(
                losses,
                g -> Arrays.stream(sums[g])
                        .map(sum -> sign * sum / counted.length)
                        .toArray());
        return new Importance(score.measure(), all / counted.length, counted.length, groups, losses);
    }

    private void permute(int task) {
        int[] order = SampleOrder.shuffled(counted.length, seed, task);
        int[] features = groups.get(task / repeats).features();
        for (int i = 0; i < order.length; i++) {
            int sample = counted[i];
            int donor = counted[order[i]];
            if (differ(sample, donor, features)) {
                int row = add(sample, task);
                for (int feature : features) {
                    rows.put(
                            row * sampleBytes + feature * valueBytes,
                            view(donor),
                            offset(donor) + feature * valueBytes,
                            valueBytes);
                }
            }
        }
    }

    private boolean differ(int sample, int donor, int[] features) {
        ByteBuffer one = view(sample);
        ByteBuffer other = view(donor);
        for (int feature : features) {
            int a = offset(sample) + feature * valueBytes;
            int b = offset(donor) + feature * valueBytes;
            boolean same = valueBytes == 1 ? one.get(a) == other.get(b) : one.getInt(a) == other.getInt(b);
            if (!same) {
                return true;
            }
        }
        return false;
    }

    private ByteBuffer view(int sample) {
        return views.get(sample / samplesPerView);
    }

    private int offset(int sample) {
        return sample % samplesPerView * sampleBytes;
    }

    /** Puts a copy of a sample into the block and returns its row; the block has room. */
    private int add(int sample, int task) {
        if (pending == capacity) {
            flush();
        }
        rows.put(pending * sampleBytes, view(sample), offset(sample), sampleBytes);
        sampleOf[pending] = sample;
        taskOf[pending] = task;
        return pending++;
    }

    /** Computes the block; what it changes is added in the order of its rows. */
    private void flush() {
        if (pending == 0) {
            return;
        }
        ByteBuffer block = rows.slice(0, pending * sampleBytes).order(ByteOrder.nativeOrder());
        if (data.pixelType() == PixelType.UINT8) {
            model.logits(block, data.scale(), made);
        } else {
            model.logits(block.asFloatBuffer(), made);
        }
        float[] outputs = new float[pending * model.net().classes()];
        made.get(0, outputs);
        for (int row = 0; row < pending; row++) {
            double now = score.of(sampleOf[row], outputs, row * model.net().classes());
            if (taskOf[row] < 0) {
                before[sampleOf[row]] = now;
            } else {
                sums[taskOf[row] / repeats][taskOf[row] % repeats] += now - before[sampleOf[row]];
            }
        }
        pending = 0;
    }
}
