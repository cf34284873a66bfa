package dev.mnistnative.reliability;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.DatasetBuilder;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.train.Sgd;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A data set of more bytes than a buffer can have. */
@Timeout(600)
class LargeDataTest {
    private static final int FEATURES = 20_000;
    private static final int BATCH = 64;
    private static final int ROWS = 1750 * BATCH; // 2.24e9 bytes
    private static final int CLASSES = 3;
    private static final int IGNORED = (int) Dataset.DEFAULT_IGNORE_INDEX;

    private static TrainingSettings settings() {
        return TrainingSettings.builder(FEATURES, CLASSES)
                .batchSize(BATCH)
                .epochs(1)
                .optimizer(new Sgd(0.1)) // a batch of ignored labels alone moves nothing
                .device(Device.cpu())
                .build();
    }

    @Test
    void theLastBatchBeyondTwoGibibytesIsSeenAsItIs() {
        Effort.skipIf(Effort.of(1, 0) == 1, "2.2 GB of samples: only under the profile reliability");
        Random random = new Random(1);
        byte[] row = new byte[FEATURES];
        byte[] tail = new byte[BATCH * FEATURES];
        int[] labels = new int[BATCH];
        DatasetBuilder builder = Dataset.builder(FEATURES, ROWS);
        for (int i = 0; i < ROWS; i++) {
            int last = i - (ROWS - BATCH);
            if (last < 0) {
                builder.put(i, row, IGNORED);
            } else {
                random.nextBytes(row);
                labels[last] = random.nextInt(CLASSES);
                System.arraycopy(row, 0, tail, last * FEATURES, FEATURES);
                builder.put(i, row, labels[last]);
            }
        }
        try (Dataset large = builder.build();
                Dataset small = Dataset.ofBytes(tail, FEATURES, labels)) {
            assertThrows(IllegalStateException.class, large::pixels);
            assertArrayEquals(small.sample(BATCH - 1), large.sample(ROWS - 1));
            try (Trainer onSmall = Trainer.create(settings());
                    Trainer onLarge = Trainer.create(settings())) {
                Parameters initial = onSmall.parameters();
                TrainingResult expected = onSmall.fit(small, small);
                TrainingResult seen = onLarge.fit(TrainingData.withTest(large, large));
                assertNotEquals(initial, onSmall.parameters());
                assertEquals(onSmall.parameters(), onLarge.parameters());
                assertEquals(
                        expected.lastEpoch().evaluation().orElseThrow().loss(),
                        seen.lastEpoch().evaluation().orElseThrow().loss());
            }
        }
    }
}
