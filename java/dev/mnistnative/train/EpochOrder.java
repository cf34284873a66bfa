package dev.mnistnative.train;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.SampleOrder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/** Which sample stands where in an epoch, and which of them count. */
final class EpochOrder {
    private final BatchPlan plan;
    private final long seed;
    private final IntBuffer order; // direct, null for file order
    private final IntBuffer labels; // null: the loss takes targets, all samples count
    private final long ignoreIndex;
    private final boolean anyIgnored;

    EpochOrder(BatchPlan plan, TrainingSettings settings, Dataset training) {
        this.plan = plan;
        this.seed = settings.seed();
        this.labels = settings.loss().takesTargets() ? null : training.labels();
        this.ignoreIndex = settings.loss().ignoreIndex();
        this.anyIgnored = holdsIgnored();
        this.order = settings.shuffle() ? direct(plan.samples()) : null;
    }

    private static IntBuffer direct(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, Integer.BYTES))
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
    }

    private boolean holdsIgnored() {
        for (int i = 0; labels != null && i < plan.samples(); i++) {
            if (labels.get(i) == ignoreIndex) {
                return true;
            }
        }
        return false;
    }

    /** Draws the order of an epoch, counted from 0. */
    void begin(int epoch) {
        if (order != null) {
            order.put(0, SampleOrder.shuffled(plan.samples(), seed, epoch));
        }
    }

    /** The indices of samples from `first` on, or null for file order. */
    IntBuffer slice(int first, int samples) {
        return order == null ? null : order.slice(first, samples);
    }

    /** The same as a list of its own, of file order too. */
    IntBuffer indices(int first, int samples) {
        int[] indices = new int[samples];
        for (int i = 0; i < samples; i++) {
            indices[i] = order == null ? first + i : order.get(first + i);
        }
        return IntBuffer.wrap(indices);
    }

    /** Samples of a step whose label is not ignored. */
    int counted(int step) {
        int rows = plan.rows(step);
        if (!anyIgnored) {
            return rows;
        }
        int counted = 0;
        for (int i = plan.first(step); i < plan.first(step) + rows; i++) {
            counted += label(i) == ignoreIndex ? 0 : 1;
        }
        return counted;
    }

    /** The label of the sample at a place of the order. */
    private int label(int place) {
        return labels.get(order == null ? place : order.get(place));
    }
}
