package dev.mnistnative.spark;

import dev.mnistnative.format.ModelFormat;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Mlp;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.SparkSession;

/** What the trained models have in common: a net, which can be had without Spark, and its use in SQL. */
public interface NativeModel extends NativeParams, MLWritable {
    /** The net as models keep it. */
    ModelFile file();

    /** What a function in SQL gives for a row. */
    SqlAnswer sqlAnswer();

    /** How training went; empty for a model that was loaded. */
    Optional<TrainingSummary> summary();

    /** Whether there is a {@link #summary}. */
    default boolean hasSummary() {
        return summary().isPresent();
    }

    /** Weights and biases in PyTorch's state-dict order: each layer's weight [fan_out, fan_in], row-major, its bias. */
    default Vector weights() {
        float[] values = savedModel().parameters().values();
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return Vectors.dense(wide);
    }

    /** The net and what its numbers mean, for use without Spark: {@code Model.of(saved.parameters(), …)}. */
    default SavedModel savedModel() {
        return file().saved();
    }

    /** The net's sizes and activations. */
    default Mlp net() {
        return savedModel().parameters().net();
    }

    /**
     * The outputs of one vector, as the net computes them.
     *
     * @throws IllegalArgumentException if it has more or fewer features than the net
     */
    default double[] outputs(Vector features) {
        int wanted = net().features();
        if (features.size() != wanted) {
            throw new IllegalArgumentException(
                    "the vector has " + features.size() + " features, but the model takes " + wanted);
        }
        float[] sample = new float[wanted];
        double[] wide = features.toArray();
        for (int i = 0; i < sample.length; i++) {
            sample[i] = (float) wide[i];
        }
        try (Model model = NativeModels.make(
                file().bytes(), TrainingPlan.placement(getDevice(), getPrecision(), Math.max(1, getThreads()), 1))) {
            float[] outputs = model.logits(sample);
            double[] values = new double[outputs.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = outputs[i];
            }
            return values;
        }
    }

    /**
     * Makes the model a function of the session's SQL, of one argument: a column of vectors or arrays. It computes row
     * by row; {@code transform} is quicker.
     *
     * <p>A classifier's function gives a struct of {@code prediction} and {@code probability} (an array), a regressor's
     * the prediction. {@code SELECT d.prediction, d.probability[3] FROM (SELECT digit(features) AS d FROM digits)}
     *
     * @param name of the function; one that is there is replaced
     */
    default void registerFunction(SparkSession session, String name) {
        SqlAnswer answer = sqlAnswer();
        session.udf()
                .register(
                        name,
                        new SqlFunction(
                                file().broadcast(session.sparkContext()),
                                new Inference.Where(getDevice(), getPrecision(), getThreads()),
                                answer),
                        answer.type());
    }

    /**
     * Writes the net alone to a file, through Hadoop's file systems: {@code .onnx}, {@code .safetensors} or
     * {@code .npz}. {@code write} stores what {@code load} takes.
     *
     * @throws IllegalArgumentException if the name ends otherwise
     */
    default void export(String path) {
        file().export(
                        path,
                        ModelFormat.ofName(Path.of(new org.apache.hadoop.fs.Path(path).getName())),
                        SparkSession.active().sparkContext().hadoopConfiguration());
    }

    @Override
    default MLWriter write() {
        return new ModelFolder.Writer(this, file());
    }
}
