package dev.mnistnative.spark;

import java.io.Serializable;
import org.apache.spark.sql.types.DataType;

/** What a function in SQL makes of a net's outputs. */
public interface SqlAnswer extends Serializable {
    /** The type of the function's value. */
    DataType type();

    /** The value, from the outputs of one row: [outputs]. */
    Object of(float[] outputs);
}
