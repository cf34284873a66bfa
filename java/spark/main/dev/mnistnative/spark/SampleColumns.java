package dev.mnistnative.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * The columns that training reads, in this order: features, answer (a label, a value, or several of them), then the
 * weight and the validation indicator where there are such.
 *
 * @param weighted whether there is a weight
 * @param validated whether there is a validation indicator
 * @param several whether an answer is an array or a vector
 * @param answers numbers of an answer; 0 where they are not known yet
 * @param summed whether the first pass takes a checksum of all rows, by which a fit finds its checkpoints
 */
record SampleColumns(boolean weighted, boolean validated, boolean several, int answers, boolean summed)
        implements Serializable {
    private static final int FEATURES = 0;
    private static final int ANSWER = 1;

    /** The columns that an estimator's parameters name. */
    static SampleColumns of(NativeParams params, StructField answer) {
        boolean several = Features.areSeveral(answer.dataType());
        return new SampleColumns(
                params.isDefined(params.weightCol()) && !params.getWeightCol().isEmpty(),
                params.isDefined(params.validationIndicatorCol())
                        && !params.getValidationIndicatorCol().isEmpty(),
                several,
                several ? 0 : 1,
                params.isDefined(params.checkpointPath()));
    }

    /** The same with as many numbers in each answer. */
    SampleColumns withAnswers(int count) {
        return new SampleColumns(weighted, validated, several, count, summed);
    }

    /** These columns of a data set alone. */
    Dataset<Row> select(Dataset<?> data, String features, String answer, NativeParams params) {
        List<Column> columns = new ArrayList<>();
        columns.add(functions.col(features));
        Column answers = functions.col(answer);
        columns.add(several ? answers : answers.cast(DataTypes.DoubleType));
        if (weighted) {
            columns.add(functions.col(params.getWeightCol()).cast(DataTypes.DoubleType));
        }
        if (validated) {
            columns.add(functions.col(params.getValidationIndicatorCol()).cast(DataTypes.BooleanType));
        }
        return data.select(columns.toArray(new Column[0]));
    }

    /** Numbers that a row's answer has; -1 if it is null. */
    int answerCount(Row row) {
        return several ? Features.count(row, ANSWER) : 1;
    }

    int featureCount(Row row) {
        return Features.count(row, FEATURES);
    }

    void features(Row row, float[] into) {
        Features.read(row, FEATURES, into);
    }

    /** Writes the row's answer, [{@link #answers}]. */
    void answer(Row row, float[] into) {
        if (several) {
            Features.read(row, ANSWER, into, "labels");
        } else {
            into[0] = (float) label(row);
        }
    }

    /** The answer that is one number, as the column has it; NaN where it is null. */
    double label(Row row) {
        return row.isNullAt(ANSWER) ? Double.NaN : row.getDouble(ANSWER);
    }

    /** How much the row counts, 0 or more. */
    float weight(Row row) {
        if (!weighted) {
            return 1;
        }
        double weight = row.isNullAt(2) ? Double.NaN : row.getDouble(2);
        if (!(weight >= 0 && weight <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "a row's weight is " + (row.isNullAt(2) ? "null" : weight) + ", but must be a number of 0 or more");
        }
        return (float) weight;
    }

    /** Whether the row is not to be trained on. */
    boolean isValidation(Row row) {
        int column = weighted ? 3 : 2;
        if (validated && row.isNullAt(column)) {
            throw new IllegalArgumentException("a row's validation indicator is null: make it true or false");
        }
        return validated && row.getBoolean(column);
    }
}
