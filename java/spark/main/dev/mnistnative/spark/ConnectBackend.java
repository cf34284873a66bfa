package dev.mnistnative.spark;

import java.util.Optional;
import org.apache.spark.sql.connect.plugin.MLBackendPlugin;

/**
 * Makes a Spark Connect server train by mnist-native where a client asks for Spark's
 * {@code MultilayerPerceptronClassifier}: set {@code spark.connect.ml.backend.classes} to
 * {@code dev.mnistnative.spark.ConnectBackend}. Clients stay as they are.
 */
public final class ConnectBackend implements MLBackendPlugin {
    private static final String CLASSIFIER = "org.apache.spark.ml.classification.MultilayerPerceptronClassifier";
    private static final String MODEL = "org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel";

    /** For the server, which makes one. */
    public ConnectBackend() {}

    @Override
    public Optional<String> transform(String name) {
        return switch (name) {
            case CLASSIFIER -> Optional.of(MlpcStandIn.class.getName());
            case MODEL -> Optional.of(MlpcStandInModel.class.getName());
            default -> Optional.empty();
        };
    }
}
