package dev.mnistnative.spark;

import java.util.List;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** A row's features, from a column of vectors or of arrays. */
final class Features {
    private Features() {}

    /** Whether a column of this type is an array of numbers that features or answers may be. */
    static boolean isArray(DataType type) {
        return type instanceof ArrayType array
                && (array.elementType().equals(DataTypes.DoubleType)
                        || array.elementType().equals(DataTypes.FloatType));
    }

    /** The schema with this column, if it is an array of numbers, as another type: what Spark's own checks take. */
    static StructType seenAs(StructType schema, String column, DataType type) {
        StructField[] fields = schema.fields().clone();
        for (int i = 0; i < fields.length; i++) {
            if (fields[i].name().equals(column) && isArray(fields[i].dataType())) {
                fields[i] = new StructField(column, type, fields[i].nullable(), fields[i].metadata());
            }
        }
        return new StructType(fields);
    }

    /** The same of a features column, as vectors. */
    static StructType seenAsVectors(StructType schema, String column) {
        return seenAs(schema, column, SQLDataTypes.VectorType());
    }

    /** A schema that was derived from what {@link #seenAs} gave, with the column as it was. */
    static StructType restored(StructType derived, StructType original, String column) {
        StructField[] fields = derived.fields().clone();
        for (int i = 0; i < fields.length; i++) {
            for (StructField before : original.fields()) {
                if (before.name().equals(column) && fields[i].name().equals(column)) {
                    fields[i] = before;
                }
            }
        }
        return new StructType(fields);
    }

    /** How many features a row has; -1 if it has none. */
    static int count(Row row, int column) {
        if (row.isNullAt(column)) {
            return -1;
        }
        return row.get(column) instanceof Vector vector
                ? vector.size()
                : row.getList(column).size();
    }

    /**
     * Writes a row's features.
     *
     * @param into [features]
     * @throws IllegalArgumentException if there are more or fewer, or none
     */
    static void read(Row row, int column, float[] into) {
        int count = count(row, column);
        if (count != into.length) {
            throw new IllegalArgumentException(
                    count < 0
                            ? "a row's features are null: fill them, or drop such rows"
                            : "a row has " + count + " features, but " + into.length + " are expected");
        }
        Object value = row.get(column);
        if (value instanceof DenseVector dense) {
            double[] values = dense.values();
            for (int i = 0; i < into.length; i++) {
                into[i] = (float) values[i];
            }
        } else if (value instanceof SparseVector sparse) {
            java.util.Arrays.fill(into, 0);
            int[] indices = sparse.indices();
            double[] values = sparse.values();
            for (int i = 0; i < indices.length; i++) {
                into[indices[i]] = (float) values[i];
            }
        } else {
            readNumbers(row, column, into);
        }
    }

    /** Writes what an array column holds, as many as there is room for. */
    static void readNumbers(Row row, int column, float[] into) {
        List<Number> values = row.getList(column);
        if (values.size() != into.length) {
            throw new IllegalArgumentException(
                    "a row has an array of " + values.size() + " numbers where " + into.length + " are expected");
        }
        for (int i = 0; i < into.length; i++) {
            Number value = values.get(i);
            if (value == null) {
                throw new IllegalArgumentException(
                        "element " + i + " of a row's array is null: fill it, or drop such rows");
            }
            into[i] = value.floatValue();
        }
    }
}
