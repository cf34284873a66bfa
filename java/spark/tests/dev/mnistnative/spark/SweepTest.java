package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import example.Sweep;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** The example does what it says. */
class SweepTest {
    @Test
    void eachSettingGivesARow() {
        List<Sweep.Setting> settings = new ArrayList<>();
        for (int hidden : new int[] {4, 32}) {
            for (double rate : new double[] {1e-5, 3e-3}) {
                settings.add(new Sweep.Setting(hidden, rate, "relu"));
            }
        }
        try (Dataset train = Mnist.train();
                Dataset some = train.limit(3000)) {
            Sweep.Samples samples = Sweep.Samples.of(some);
            List<Row> table = Sweep.table(Sessions.local(), settings, samples, 3)
                    .drop("seconds")
                    .sort("hidden", "rate")
                    .collectAsList();
            assertEquals(4, table.size());
            assertEquals(
                    List.of(4, 1e-5, "relu"),
                    List.of(
                            table.get(0).get(0),
                            table.get(0).get(1),
                            table.get(0).get(2)));
            double best = table.get(3).getAs("accuracy");
            assertTrue(best > 0.8, "accuracy " + best);
            assertTrue(best > table.get(0).<Double>getAs("accuracy") + 0.3, table.toString());
            assertEquals(
                    table,
                    Sweep.table(Sessions.local(), settings, samples, 3)
                            .drop("seconds")
                            .sort("hidden", "rate")
                            .collectAsList());
        }
        assertEquals(0, MnistRuntime.nativeBytes());
    }
}
