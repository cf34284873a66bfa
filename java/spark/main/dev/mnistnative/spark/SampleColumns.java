package dev.mnistnative.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * The columns that training reads, in this order: features, answer (a label, a value, or an array of them), then the
 * weight and the validation indicator where there are such.
 *
 * @param weighted whether there is a weight
 * @param validated whether there is a validation indicator
 * @param answers numbers of an array answer; 0: the answer is one number
 */
record SampleColumns(boolean weighted, boolean validated, int answers) implements Serializable {
    private static final int FEATURES = 0;
    private static final int ANSWER = 1;

    /** The columns that an estimator's parameters name. */
    static SampleColumns of(NativeParams params, int answers) {
        return new SampleColumns(
                params.isDefined(params.weightCol()) && !params.getWeightCol().isEmpty(),
                params.isDefined(params.validationIndicatorCol())
                        && !params.getValidationIndicatorCol().isEmpty(),
                answers);
    }

    /** These columns of a data set alone. */
    Dataset<Row> select(Dataset<?> data, String features, String answer, NativeParams params) {
        List<Column> columns = new ArrayList<>();
        columns.add(functions.col(features));
        Column answers = functions.col(answer);
        columns.add(isArray() ? answers : answers.cast(DataTypes.DoubleType));
        if (weighted) {
            columns.add(functions.col(params.getWeightCol()).cast(DataTypes.DoubleType));
        }
        if (validated) {
            columns.add(functions.col(params.getValidationIndicatorCol()).cast(DataTypes.BooleanType));
        }
        return data.select(columns.toArray(new Column[0]));
    }

    private boolean isArray() {
        return answers > 0;
    }

    /** Numbers of a row's answer. */
    int answerCount() {
        return Math.max(1, answers);
    }

    int featureCount(Row row) {
        return Features.count(row, FEATURES);
    }

    void features(Row row, float[] into) {
        Features.read(row, FEATURES, into);
    }

    /** Writes the row's answer, [{@link #answerCount}]. */
    void answer(Row row, float[] into) {
        if (row.isNullAt(ANSWER)) {
            throw new IllegalArgumentException("a row's label is null: fill it, or drop such rows");
        }
        if (isArray()) {
            Features.readNumbers(row, ANSWER, into);
        } else {
            into[0] = (float) row.getDouble(ANSWER);
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
