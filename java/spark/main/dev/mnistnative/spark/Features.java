package dev.mnistnative.spark;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
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

    /**
     * What Spark's own check derives from a schema. It knows features as vectors alone and labels as numbers alone: it
     * sees such, and the columns are put back as they are. Where a label is several numbers, so is the prediction.
     *
     * @param label its column; empty: it is not looked at
     * @param sparks Spark's own check
     */
    static StructType checked(
            StructType schema, String features, String label, String prediction, UnaryOperator<StructType> sparks) {
        boolean several = !label.isEmpty() && areSeveral(schema.apply(label).dataType());
        StructType seen = seenAs(schema, features, SQLDataTypes.VectorType());
        StructType derived = sparks.apply(several ? seenAs(seen, label, DataTypes.DoubleType) : seen);
        derived = restored(derived, schema, features);
        return several ? withArrays(restored(derived, schema, label), prediction) : derived;
    }

    private static StructType seenAs(StructType schema, String column, DataType type) {
        return mapped(
                schema,
                column,
                field -> areSeveral(field.dataType())
                        ? new StructField(column, type, field.nullable(), field.metadata())
                        : field);
    }

    private static StructType restored(StructType derived, StructType original, String column) {
        return mapped(derived, column, field -> original.apply(column));
    }

    /** The schema with this column, if it is there, as arrays of double: what Spark's superclasses do not know of. */
    static StructType withArrays(StructType schema, String column) {
        return mapped(
                schema,
                column,
                field -> new StructField(
                        column, DataTypes.createArrayType(DataTypes.DoubleType, false), false, Metadata.empty()));
    }

    private static StructType mapped(StructType schema, String column, UnaryOperator<StructField> to) {
        StructField[] fields = schema.fields().clone();
        for (int i = 0; i < fields.length; i++) {
            fields[i] = fields[i].name().equals(column) ? to.apply(fields[i]) : fields[i];
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
