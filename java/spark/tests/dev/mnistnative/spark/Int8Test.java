package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.model.Model;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that multiply bytes, of estimators that train in float32. */
class Int8Test {
    private static final MnistNativeClassifier CLASSIFIER = new MnistNativeClassifier()
            .setHiddenLayers(6)
            .setBatchSize(30)
            .setStepSize(0.01)
            .setMaxIter(20);

    private final Dataset<Row> rows = Sessions.clouds(240, 9, 2);

    @Test
    void aClassifierComputesAsTheModelOfBytesDoes(@TempDir Path folder) throws IOException {
        MnistNativeClassificationModel model = CLASSIFIER.fit(rows);
        Vector weights = model.weights();
        List<Row> floats = model.transform(rows).select("rawPrediction").collectAsList();
        model.setPrecision("int8");
        Dataset<Row> scored = model.transform(rows);
        List<Row> bytes = scored.select("rawPrediction").collectAsList();
        assertNotEquals(floats, bytes, "rounded weights");
        assertTrue(Sessions.accuracy(scored) > 0.9);
        List<Row> features = rows.select("features").collectAsList();
        try (Model other = Model.of(model.savedModel().parameters(), Placement.CPU.in(Precision.INT8))) {
            for (int i = 0; i < bytes.size(); i++) {
                Vector sample = features.get(i).getAs(0);
                float[] logits = other.logits(Sessions.floats(sample));
                assertArrayEquals(logits, Sessions.floats(bytes.get(i).getAs(0)), "row " + i);
            }
            Vector sample = features.get(7).getAs(0);
            assertArrayEquals(
                    Sessions.floats(bytes.get(7).getAs(0)),
                    Sessions.floats(org.apache.spark.ml.linalg.Vectors.dense(model.outputs(sample))));
        }
        model.registerFunction(rows.sparkSession(), "bytes");
        assertEquals(
                scored.select("prediction").collectAsList(),
                rows.selectExpr("bytes(features).prediction").collectAsList());

        model.write().save(folder.resolve("model").toString());
        MnistNativeClassificationModel loaded =
                MnistNativeClassificationModel.load(folder.resolve("model").toString());
        assertEquals("int8", loaded.getPrecision());
        assertEquals(weights, loaded.weights(), "float32 as they were");
        assertEquals(bytes, loaded.transform(rows).select("rawPrediction").collectAsList());
    }

    @Test
    void aRegressorDoes() {
        MnistNativeRegressionModel model =
                new MnistNativeRegressor().setHiddenLayers(5).setMaxIter(2).fit(rows);
        List<Row> floats = model.transform(rows).select("prediction").collectAsList();
        List<Row> bytes =
                model.setPrecision("int8").transform(rows).select("prediction").collectAsList();
        assertNotEquals(floats, bytes, "rounded weights");
        Vector sample = rows.select("features").first().getAs(0);
        assertEquals(model.predict(sample), bytes.get(0).getDouble(0));
        assertEquals(
                floats,
                model.setPrecision("float32")
                        .transform(rows)
                        .select("prediction")
                        .collectAsList());
    }

    @Test
    void estimatorsRefuseIt() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> new MnistNativeClassifier().setPrecision("int8"))
                .getMessage();
        assertTrue(message.contains("precision") && message.contains("int8"), message);
        assertThrows(IllegalArgumentException.class, () -> new MnistNativeRegressor().setPrecision("int8"));
        assertThrows(IllegalArgumentException.class, () -> CLASSIFIER.fit(rows).setPrecision("int4"));
    }
}
