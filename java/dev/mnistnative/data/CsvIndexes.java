package dev.mnistnative.data;

import java.util.function.Consumer;

/** Looks out for columns that count the rows, which a net would learn by heart. */
final class CsvIndexes {
    private static final int ROWS = 3; // fewer may count by chance

    private final CsvColumns columns;
    private final boolean[] counts; // by column, whether it still does
    private final float[] begin;
    private final int[] rows;

    CsvIndexes(CsvColumns columns) {
        this.columns = columns;
        counts = columns.mayBeIndex();
        begin = new float[counts.length];
        rows = new int[counts.length];
    }

    void see(int column, float value) {
        if (!counts[column]) {
            return;
        }
        if (rows[column] == 0) {
            begin[column] = value;
        }
        counts[column] = value == begin[column] + rows[column] && value == Math.rint(value);
        rows[column]++;
    }

    void tell(Consumer<String> notes) {
        for (int column = 0; column < counts.length; column++) {
            if (counts[column] && rows[column] >= ROWS) {
                int from = (int) begin[column];
                notes.accept(columns.name(column) + " counts " + from + ", " + (from + 1) + ", " + (from + 2)
                        + ", …: it looks like an index and is a feature all the same; leave it out"
                        + " (--drop-columns " + columns.argument(column) + ") unless it is meant to be learnt");
            }
        }
    }
}
