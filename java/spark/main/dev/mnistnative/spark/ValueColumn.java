package dev.mnistnative.spark;

/**
 * What a regressor adds to a row: the net's outputs, as a number or as an array.
 *
 * @param values outputs of the net
 */
record ValueColumn(int values) implements Inference.AddedColumns {
    @Override
    public int count() {
        return 1;
    }

    @Override
    public void write(float[] outputs, int from, Object[] row, int at) {
        row[at] = value(outputs, from);
    }

    /** A double, or several. */
    Object value(float[] outputs, int from) {
        if (values == 1) {
            return (double) outputs[from];
        }
        Double[] several = new Double[values];
        for (int i = 0; i < values; i++) {
            several[i] = (double) outputs[from + i];
        }
        return several;
    }
}
