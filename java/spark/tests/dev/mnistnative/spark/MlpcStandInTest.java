package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;
import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark's own multi-layer perceptron and what takes its place. */
class MlpcStandInTest {
    private final Dataset<Row> rows = Sessions.clouds(300, 30, 2);

    private MultilayerPerceptronClassificationModel sparks() {
        return new MultilayerPerceptronClassifier()
                .setLayers(new int[] {4, 7, 5, 3})
                .setMaxIter(15)
                .setSeed(2)
                .fit(rows);
    }

    @Test
    void sparksOwnModelPredictsTheSameAsOneOfOurs() {
        MultilayerPerceptronClassificationModel theirs = sparks();
        theirs.setProbabilityCol("share").setThresholds(new double[] {0.2, 0.5, 0.9});
        MnistNativeClassificationModel ours = MnistNativeClassificationModel.of(theirs);
        List<Row> expected = theirs.transform(rows)
                .select("rawPrediction", "share", "prediction")
                .collectAsList();
        List<Row> actual = ours.transform(rows)
                .select("rawPrediction", "share", "prediction")
                .collectAsList();
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(numbers(expected.get(i), 0), numbers(actual.get(i), 0), 1e-4);
            assertArrayEquals(numbers(expected.get(i), 1), numbers(actual.get(i), 1), 1e-5);
            assertEquals(expected.get(i).get(2), actual.get(i).get(2));
        }
    }

    private static double[] numbers(Row row, int column) {
        return row.<Vector>getAs(column).toArray();
    }

    @Test
    void theStandInHasSparksParametersWithSparksDefaults() {
        MultilayerPerceptronClassifier theirs = new MultilayerPerceptronClassifier();
        MlpcStandIn standIn = new MlpcStandIn();
        Set<String> names = new HashSet<>();
        for (Param<?> param : theirs.params()) {
            names.add(param.name());
            assertTrue(standIn.hasParam(param.name()), param.name());
            if (theirs.hasDefault(param) && !param.name().equals("seed")) {
                assertEquals(
                        theirs.getDefault(param).get(),
                        standIn.getDefault(standIn.getParam(param.name())).get(),
                        param.name());
            }
        }
        for (Param<?> param : standIn.params()) {
            assertTrue(names.contains(param.name()), param.name() + " is no parameter of Spark's");
        }
    }

    @Test
    void sparksSettingsBecomeOurs() {
        MlpcStandIn standIn = new MlpcStandIn("mlp");
        standIn.set(standIn.layers(), new int[] {4, 9, 3});
        standIn.setFeaturesCol("x").setLabelCol("y");
        MnistNativeClassifier ours = standIn.ours(60_000);
        assertEquals("mlp", ours.uid());
        assertEquals("sigmoid", ours.getActivation());
        assertEquals(List.of("x", "y"), List.of(ours.getFeaturesCol(), ours.getLabelCol()));
        assertEquals(List.of(100, 128), List.of(ours.getMaxIter(), ours.getBatchSize()));
        assertEquals(List.of("adam", "cosine"), List.of(ours.getOptimizer(), ours.getSchedule()));
        assertEquals(8, standIn.ours(150).getBatchSize(), "few rows take several steps an epoch");
        standIn.set(standIn.solver(), "gd");
        standIn.set(standIn.stepSize(), 0.5);
        assertEquals("sgd", standIn.ours(150).getOptimizer());
        assertEquals(0.5, standIn.ours(150).getStepSize());
        assertThrows(IllegalArgumentException.class, () -> standIn.set(standIn.solver(), "newton"));
        assertThrows(IllegalArgumentException.class, () -> new MlpcStandIn().fit(rows));
    }

    @Test
    void itGoesOnFromSparksWeights() {
        MultilayerPerceptronClassificationModel theirs = sparks();
        MlpcStandIn standIn = new MlpcStandIn();
        standIn.set(standIn.layers(), theirs.getLayers());
        standIn.set(standIn.initialWeights(), theirs.weights());
        standIn.set(standIn.solver(), "gd");
        standIn.set(standIn.stepSize(), 1e-9);
        standIn.set(standIn.maxIter(), 1);
        double[] expected = MnistNativeClassificationModel.of(theirs).weights().toArray();
        assertArrayEquals(expected, standIn.fit(rows).weights().toArray(), 1e-6);
        standIn.set(standIn.initialWeights(), Vectors.dense(1, 2));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> standIn.fit(rows))
                .getMessage()
                .startsWith("initialWeights has 2 values, but the layers have 93"));
    }

    @Test
    void itLearnsAsWellAsSparksOwn() {
        MlpcStandIn standIn = new MlpcStandIn();
        standIn.set(standIn.layers(), new int[] {4, 7, 5, 3});
        MnistNativeClassificationModel model = standIn.fit(rows);
        assertEquals(standIn, model.parent());
        Dataset<Row> test = Sessions.clouds(600, 31, 2);
        double ours = Sessions.accuracy(model.transform(test));
        double theirs = Sessions.accuracy(sparks().transform(test));
        assertTrue(ours > theirs - 0.03, ours + " against " + theirs);
    }

    @Test
    void modelsOfBothKindsAreLoaded(@TempDir Path folder) throws Exception {
        MultilayerPerceptronClassificationModel theirs = sparks();
        theirs.write().save(folder.resolve("theirs").toString());
        MnistNativeClassificationModel ours = MnistNativeClassificationModel.of(theirs);
        ours.write().save(folder.resolve("ours").toString());
        for (String kind : List.of("theirs", "ours")) {
            MnistNativeClassificationModel loaded =
                    MlpcStandInModel.load(folder.resolve(kind).toString());
            assertEquals(ours.weights(), loaded.weights(), kind);
            assertEquals(ours.uid(), loaded.uid(), kind);
        }
        MlpcStandIn standIn = new MlpcStandIn();
        standIn.set(standIn.solver(), "gd");
        standIn.write().save(folder.resolve("estimator").toString());
        MlpcStandIn loaded = MlpcStandIn.load(folder.resolve("estimator").toString());
        assertEquals("gd", loaded.getOrDefault(loaded.solver()));
        assertThrows(IllegalStateException.class, () -> new MlpcStandInModel().transform(rows));
    }
}
