package dev.mnistnative.spark;

import dev.mnistnative.net.Task;
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
    private final int answers;
    private final long checksum;

    private InputScan(List<Part> parts) {
        trainingBefore = new long[parts.size() + 1];
        validationBefore = new long[parts.size() + 1];
        int found = -1;
        int several = -1;
        int largest = -1;
        RowChecksum sum = new RowChecksum();
        for (Part part : parts) {
            trainingBefore[part.index + 1] = part.training;
            validationBefore[part.index + 1] = part.validation;
            if (part.features >= 0 && found >= 0 && part.features != found) {
                throw differing(found, part.features, "features");
            }
            if (part.answers >= 0 && several >= 0 && part.answers != several) {
                throw differing(several, part.answers, "labels");
            }
            found = Math.max(found, part.features);
            several = Math.max(several, part.answers);
            largest = Math.max(largest, part.largestLabel);
            sum.add(part.sum);
        }
        for (int i = 0; i < parts.size(); i++) {
            trainingBefore[i + 1] += trainingBefore[i];
            validationBefore[i + 1] += validationBefore[i];
        }
        features = found;
        answers = several;
        classes = largest + 1;
        checksum = sum.value();
    }

    /** What one partition tells. */
    private static final class Part implements Serializable {
        private static final long serialVersionUID = 1;
        private final int index;
        private long training;
        private long validation;
        private int features = -1;
        private int answers = -1;
        private int largestLabel = -1;
        private final RowChecksum sum = new RowChecksum();
        private transient SampleBytes.Writer writer; // where the rows are summed

        private Part(int index) {
            this.index = index;
        }
    }

    private static IllegalArgumentException differing(int one, int other, String what) {
        return new IllegalArgumentException(
                "a row has " + one + " " + what + " and another has " + other + ": all must have as many");
    }

    /** Reads a partition, on an executor. */
    private record Reading(SampleColumns columns, Task task)
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
                throw new IllegalArgumentException(Features.nulls("features"));
            }
            if (part.features >= 0 && count != part.features) {
                throw differing(part.features, count, "features");
            }
            part.features = count;
            if (columns.isValidation(row)) {
                part.validation++;
            } else {
                part.training++;
            }
            columns.weight(row); // refuses what is none
            if (task == Task.CLASSES) {
                part.largestLabel = Math.max(part.largestLabel, label(columns.label(row)));
            } else {
                readAnswers(row, part);
            }
            if (columns.summed()) {
                sum(row, part);
            }
        }

        private void readAnswers(Row row, Part part) {
            int count = columns.answerCount(row);
            if (count < 0) {
                throw new IllegalArgumentException(Features.nulls("labels"));
            }
            if (part.answers >= 0 && count != part.answers) {
                throw differing(part.answers, count, "labels");
            }
            part.answers = count;
            float[] answers = new float[count];
            columns.answer(row, answers);
            for (float answer : answers) {
                if (task == Task.MULTI_LABEL && !(answer >= 0 && answer <= 1)) {
                    throw new IllegalArgumentException("one of a row's labels is " + answer
                            + ", but each must be from 0 (not there) to 1 (there)");
                }
                if (!(Math.abs(answer) <= Float.MAX_VALUE)) {
                    throw new IllegalArgumentException(
                            "a row's label is null or no finite number of 32 bits: fill it, or drop such rows");
                }
            }
        }

        private void sum(Row row, Part part) {
            if (part.writer == null) {
                SampleColumns known = columns.several() ? columns.withAnswers(part.answers) : columns;
                part.writer = new SampleBytes.Writer(known, part.features);
            }
            part.sum.add(part.writer.bytes(row, 0, columns.isValidation(row)));
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
     * @param task what the answers are
     * @throws IllegalArgumentException if there is no row to train on, or a row is not as it must be
     */
    static InputScan of(JavaRDD<Row> rows, SampleColumns columns, Task task) {
        List<Part> parts = rows.mapPartitionsWithIndex(new Reading(columns, task), true).collect().stream()
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

    /** Numbers of each answer, where the answers are no classes. */
    int answers() {
        return answers;
    }

    /** Of all rows in their order, where it was asked for. */
    long checksum() {
        return checksum;
    }
}
