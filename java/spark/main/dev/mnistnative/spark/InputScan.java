package dev.mnistnative.spark;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Row;

/**
 * What a first pass over the rows tells: how many each partition has, which gives every row its number, and what the
 * answers are.
 */
final class InputScan {
    private final long[] trainingBefore;
    private final long[] validationBefore;
    private final int features;
    private final int classes;

    private InputScan(List<Part> parts) {
        trainingBefore = new long[parts.size() + 1];
        validationBefore = new long[parts.size() + 1];
        int found = -1;
        int largest = -1;
        for (Part part : parts) {
            trainingBefore[part.index + 1] = part.training;
            validationBefore[part.index + 1] = part.validation;
            if (part.features >= 0 && found >= 0 && part.features != found) {
                throw differing(found, part.features);
            }
            found = Math.max(found, part.features);
            largest = Math.max(largest, part.largestLabel);
        }
        for (int i = 0; i < parts.size(); i++) {
            trainingBefore[i + 1] += trainingBefore[i];
            validationBefore[i + 1] += validationBefore[i];
        }
        features = found;
        classes = largest + 1;
    }

    /** What one partition tells. */
    private static final class Part implements Serializable {
        private static final long serialVersionUID = 1;
        private final int index;
        private long training;
        private long validation;
        private int features = -1;
        private int largestLabel = -1;

        private Part(int index) {
            this.index = index;
        }
    }

    private static IllegalArgumentException differing(int one, int other) {
        return new IllegalArgumentException(
                "a row has " + one + " features and another has " + other + ": all must have as many");
    }

    /** Reads a partition, on an executor. */
    private record Reading(SampleColumns columns, boolean labels)
            implements Function2<Integer, Iterator<Row>, Iterator<byte[]>> {
        @Override
        public Iterator<byte[]> call(Integer index, Iterator<Row> rows) {
            Part part = new Part(index);
            String refusal = null;
            try {
                while (rows.hasNext()) {
                    read(rows.next(), part);
                }
            } catch (IllegalArgumentException e) {
                refusal = e.getMessage(); // the same on every attempt: told by the driver, not tried four times
            }
            return List.of(Wire.bytes(refusal == null ? part : refusal)).iterator();
        }

        private void read(Row row, Part part) {
            int count = columns.featureCount(row);
            if (count < 0) {
                throw new IllegalArgumentException("a row's features are null: fill them, or drop such rows");
            }
            if (part.features >= 0 && count != part.features) {
                throw differing(part.features, count);
            }
            part.features = count;
            if (columns.isValidation(row)) {
                part.validation++;
            } else {
                part.training++;
            }
            if (labels) {
                part.largestLabel = Math.max(part.largestLabel, label(columns.label(row)));
            }
        }

        private static int label(double label) {
            if (!(label >= 0 && label <= 0xff_ffff && label == Math.rint(label))) {
                throw new IllegalArgumentException("a row's label is " + (Double.isNaN(label) ? "null or NaN" : label)
                        + ", but must be a whole number from 0 on: StringIndexer makes such");
            }
            return (int) label;
        }
    }

    /**
     * Scans the rows in one job.
     *
     * @param labels whether the answers are classes
     * @throws IllegalArgumentException if there is no row to train on, or a row is not as it must be
     */
    static InputScan of(JavaRDD<Row> rows, SampleColumns columns, boolean labels) {
        List<Part> parts = rows.mapPartitionsWithIndex(new Reading(columns, labels), true).collect().stream()
                .map(InputScan::part)
                .toList();
        InputScan scan = new InputScan(parts);
        if (scan.trainingRows() == 0) {
            throw new IllegalArgumentException(
                    "there is no row to train on" + (scan.validationRows() > 0 ? ": all are validation rows" : ""));
        }
        if (columns.validated() && scan.validationRows() == 0) {
            throw new IllegalArgumentException(
                    "validationIndicatorCol is set, but no row is a validation row: mark some, or clear the parameter");
        }
        return scan;
    }

    private static Part part(byte[] told) {
        Object value = Wire.read(told);
        if (value instanceof String refusal) {
            throw new IllegalArgumentException(refusal);
        }
        return (Part) value;
    }

    /** Training rows in all. */
    long trainingRows() {
        return trainingBefore[trainingBefore.length - 1];
    }

    /** Validation rows in all. */
    long validationRows() {
        return validationBefore[validationBefore.length - 1];
    }

    /** Training rows in the partitions before each, and in all: [partitions + 1]. */
    long[] trainingBefore() {
        return trainingBefore.clone();
    }

    /** Validation rows in the partitions before each, and in all: [partitions + 1]. */
    long[] validationBefore() {
        return validationBefore.clone();
    }

    /** Features of each row. */
    int features() {
        return features;
    }

    /** The largest label + 1, where the answers are classes. */
    int classes() {
        return classes;
    }
}
