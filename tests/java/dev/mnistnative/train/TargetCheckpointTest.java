package dev.mnistnative.train;

import dev.mnistnative.data.Dataset;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A run on weighted targets that is cut goes on with the same bits. */
class TargetCheckpointTest extends CheckpointRuns {
    private static Dataset weighted(Dataset samples) {
        Random random = new Random(7);
        float[] targets = new float[samples.size() * Toy.CLASSES];
        float[] weights = new float[samples.size()];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = random.nextFloat();
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextInt(3);
        }
        return samples.withTargets(targets, Toy.CLASSES).withSampleWeights(weights);
    }

    @Test
    void sameBits() {
        data = weighted(data);
        test = weighted(test);
        for (Loss loss : new Loss[] {new HuberLoss(0.2), BceWithLogitsLoss.DEFAULT.withPosWeight(1, 2, 3)}) {
            Checkpoints kept = Checkpoints.in(folder.resolve(loss.id())).every(3);
            End whole = run(ten().loss(loss).build(), Checkpoints.NONE);
            run(ten().loss(loss).epochs(6).build(), kept);
            assertSameEnd(whole, run(ten().loss(loss).build(), kept.resuming()));
        }
    }
}
