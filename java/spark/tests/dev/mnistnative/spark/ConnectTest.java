package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.apache.spark.connect.proto.MlParams;
import org.apache.spark.connect.proto.ObjectRef;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connect.service.SparkConnectService$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client of Spark Connect asks for Spark's own classifier and gets ours. */
class ConnectTest {
    @Test
    void aClientThatAsksForSparksClassifierGetsOurs(@TempDir Path folder) {
        SparkSession session = Sessions.local();
        String server = System.getProperty("connect.version", "none");
        assumeTrue(
                session.version().equals(server),
                "Spark is " + session.version() + ", but the Connect server on the class path is of " + server);
        Sessions.clouds(600, 40, 2).createOrReplaceGlobalTempView("connect_clouds");
        String clouds = "SELECT features, label AS kind FROM global_temp.connect_clouds";
        SparkConnectService$.MODULE$.start(session.sparkContext());
        try (ConnectClient client = new ConnectClient(SparkConnectService$.MODULE$.localPort())) {
            MlParams params = MlParams.newBuilder()
                    .putParams("layers", ConnectClient.of(4, 8, 3))
                    .putParams("maxIter", ConnectClient.of(20))
                    .putParams("blockSize", ConnectClient.of(64))
                    .putParams("solver", ConnectClient.of("l-bfgs"))
                    .putParams("labelCol", ConnectClient.of("kind"))
                    .build();
            ObjectRef model = client.fit(params, clouds);
            assertEquals(3, client.fetch(model, "numClasses").getInteger());
            assertEquals(4, client.fetch(model, "numFeatures").getInteger());
            String test = "SELECT * FROM global_temp.connect_clouds";
            double accuracy = client.accuracy(model, test);
            assertTrue(accuracy > 0.9, "accuracy " + accuracy);
            String path = folder.resolve("model").toString();
            client.save(model, path);
            assertEquals(3, MnistNativeClassificationModel.load(path).numClasses(), "it is ours");
            assertEquals(accuracy, client.accuracy(client.load(path), test));
        } finally {
            SparkConnectService$.MODULE$.stop(scala.Option.empty(), scala.Option.empty());
        }
    }
}
