package dev.mnistnative.spark;

import java.util.Arrays;
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

    /** Whether a column of this type holds several numbers a row: an array or a vector. */
    static boolean areSeveral(DataType type) {
        return isArray(type) || type.equals(SQLDataTypes.VectorType());
    }

    /** The schema with this column, if it holds several numbers, as another type: what Spark's own checks take. */
    static StructType seenAs(StructType schema, String column, DataType type) {
        StructField[] fields = schema.fields().clone();
        for (int i = 0; i < fields.length; i++) {
            if (fields[i].name().equals(column) && areSeveral(fields[i].dataType())) {
                fields[i] = new StructField(column, type, fields[i].nullable(), fields[i].metadata());
            }
        }
        return new StructType(fields);
    }

    /** The same of a features column, as vectors. */
    static StructType seenAsVectors(StructType schema, String column) {
        return seenAs(schema, column, SQLDataTypes.VectorType());
    }

    /** The schema with this column, if it is there, as arrays of double: what Spark's superclasses do not know of. */
    static StructType withArrays(StructType schema, String column) {
        StructField[] fields = schema.fields().clone();
        for (int i = 0; i < fields.length; i++) {
            if (fields[i].name().equals(column)) {
                fields[i] = DataTypes.createStructField(
                        column, DataTypes.createArrayType(DataTypes.DoubleType, false), false);
            }
        }
        return new StructType(fields);
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

    /** How many numbers a row has there; -1 if it has none. */
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
        read(row, column, into, "features");
    }

    /**
     * Writes what an array or a vector holds.
     *
     * @param into as many as there must be
     * @param what they are, in messages
     */
    static void read(Row row, int column, float[] into, String what) {
        int count = count(row, column);
        if (count != into.length) {
            throw new IllegalArgumentException(
                    count < 0
                            ? nulls(what)
                            : "a row has " + count + " " + what + ", but " + into.length + " are expected");
        }
        Object value = row.get(column);
        if (value instanceof DenseVector dense) {
            double[] values = dense.values();
            for (int i = 0; i < into.length; i++) {
                into[i] = (float) values[i];
            }
        } else if (value instanceof SparseVector sparse) {
            Arrays.fill(into, 0);
            int[] indices = sparse.indices();
            double[] values = sparse.values();
            for (int i = 0; i < indices.length; i++) {
                into[indices[i]] = (float) values[i];
            }
        } else {
            readArray(row.getList(column), into);
        }
    }

    /** What is said where a row has no such value. */
    static String nulls(String what) {
        return "a row's " + what + " are null: fill them, or drop such rows";
    }

    private static void readArray(List<Number> values, float[] into) {
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
