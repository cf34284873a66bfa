package dev.mnistnative.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The scores [n, columns] of all samples, for curves that need them all at once; given up where they are too many. */
final class Scores {
    private static final int FIRST_ROWS = 256;

    private final int columns;
    private double[] values; // null: too many
    private int rows;

    Scores(int columns) {
        this.columns = columns;
        values = columns > RocCurve.MOST_SCORES ? null : new double[0];
    }

    void add(double[] row) {
        if (values == null) {
            return;
        }
        int start = rows * columns;
        if (start + columns > RocCurve.MOST_SCORES) {
            values = null;
            return;
        }
        if (start + columns > values.length) {
            long grown = Math.max((long) FIRST_ROWS * columns, 2L * values.length);
            values = Arrays.copyOf(values, (int) Math.min(RocCurve.MOST_SCORES, grown));
        }
        System.arraycopy(row, 0, values, start, columns);
        rows++;
    }

    /**
     * A curve a column; none at all where there were too many scores.
     *
     * @param positives which of the samples are what a column is for
     */
    List<RocCurve> curves(IntFunction<boolean[]> positives) {
        return values == null
                ? List.of()
                : IntStream.range(0, columns)
                        .mapToObj(column -> RocCurve.of(column(column), positives.apply(column)))
                        .toList();
    }

    private double[] column(int column) {
        double[] scores = new double[rows];
        for (int i = 0; i < rows; i++) {
            scores[i] = values[i * columns + column];
        }
        return scores;
    }
}
