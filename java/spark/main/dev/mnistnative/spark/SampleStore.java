package dev.mnistnative.spark;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.DatasetBuilder;
import java.util.BitSet;

/**
 * Puts samples, in whatever order they come, to their places in memory outside the heap: the data set does not depend
 * on the order in which the shuffle hands them out.
 */
final class SampleStore {
    private final TrainingPlan plan;
    private final int rows;
    private final int places;
    private final DatasetBuilder builder;
    private final boolean labels;
    private final float[] targets;
    private final float[] weights;
    private final BitSet there;

    /**
     * @param rows that are to come, 0 or more
     * @param places at least as many; those that are left are filled with samples that count for nothing, so that all
     *     shards have as many steps
     */
    SampleStore(TrainingPlan plan, int rows, int places) {
        this.plan = plan;
        this.rows = rows;
        this.places = places;
        OffHeapMemory.makeRoom((long) places * plan.features());
        this.builder = places == 0 ? null : Dataset.builder(plan.features(), places);
        this.labels = !plan.answers().toLoss().takesTargets();
        this.targets = labels ? null : new float[Math.multiplyExact(places, plan.outputs())];
        boolean padded = places > rows && !labels;
        this.weights = padded || plan.answers().columns().weighted() ? new float[places] : null;
        this.there = new BitSet(places);
    }

    /** @throws IllegalStateException if there is no such place, for the rows were counted as others */
    void put(long number, SampleBytes.Reader sample) {
        if (number >= rows) {
            throw changed("row " + number);
        }
        int place = (int) number;
        if (labels) {
            int label = (int) sample.answers()[0];
            if (sample.isBytes()) {
                builder.put(place, sample.pixels(), label);
            } else {
                builder.put(place, sample.features(), label);
            }
        } else {
            if (sample.isBytes()) {
                builder.put(place, sample.pixels());
            } else {
                builder.put(place, sample.features());
            }
            System.arraycopy(sample.answers(), 0, targets, place * plan.outputs(), plan.outputs());
        }
        if (weights != null) {
            weights[place] = sample.weight();
        }
        there.set(place);
    }

    /** All samples, of 1 or more rows; to be closed by the caller. */
    Dataset build() {
        if (there.cardinality() != rows) {
            throw changed(there.cardinality() + " rows");
        }
        for (int place = rows; place < places; place++) {
            pad(place);
        }
        Dataset data = builder.build();
        OffHeapMemory.track(data, data.nativeBytes());
        if (targets != null) {
            data = data.withTargets(targets, plan.outputs());
        }
        return weights == null ? data : data.withSampleWeights(weights);
    }

    /** Its label is ignored, or its weight stays 0. */
    private void pad(int place) {
        if (labels) {
            builder.put(place, new byte[plan.features()], (int) Dataset.DEFAULT_IGNORE_INDEX);
        } else {
            builder.put(place, new byte[plan.features()]);
        }
    }

    private IllegalStateException changed(String what) {
        return new IllegalStateException(what + " came where " + rows
                + " were counted: the input is not the same each time it is computed; cache it, or write it to a file");
    }
}
