package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import org.junit.jupiter.api.Test;

class ChunkLengthTest {
    private static final Mlp ARTICLE = Mlp.of(784, 312, 256, 10);

    @Test
    void anEpochOfTheArticleIsSeveralChunksOnTheCpuAndOneOnAGpu() {
        int cpu = new ChunkLength(ARTICLE, 320, Device.Kind.CPU).steps();
        assertTrue(cpu > 1 && cpu < 187, () -> "steps: " + cpu);
        assertTrue(new ChunkLength(ARTICLE, 320, Device.Kind.CUDA).steps() >= 187);
    }

    @Test
    void aStepOfAnySizeFits() {
        assertEquals(1, new ChunkLength(Mlp.of(30_000, 30_000), 1_000_000, Device.Kind.CPU).steps());
        assertEquals(10_000, new ChunkLength(Mlp.of(1, 1), 1, Device.Kind.CPU).steps());
    }

    @Test
    void aMachineOfTheUsualSpeedCutsByTheWorkAlone() {
        ChunkLength length = new ChunkLength(ARTICLE, 320, Device.Kind.CPU);
        int most = length.steps();
        for (double seconds : new double[] {0.01, 0.05, 0.5, 0.9}) {
            length.took(most, seconds);
            assertEquals(most, length.steps());
        }
    }

    @Test
    void aSlowMachineGetsShortChunksAndLongOnesAgain() {
        ChunkLength length = new ChunkLength(Mlp.of(1, 1), 1, Device.Kind.CPU);
        length.took(10_000, 20);
        assertEquals(100, length.steps());
        length.took(100, 4);
        assertEquals(5, length.steps());
        length.took(5, 30);
        assertEquals(1, length.steps());
        for (int i = 0; i < 14; i++) {
            length.took(length.steps(), 0.001);
        }
        assertEquals(10_000, length.steps());
    }

    @Test
    void anEvaluationOfAWideNetIsCut() {
        for (Device.Kind kind : new Device.Kind[] {Device.Kind.CPU, Device.Kind.CUDA, Device.Kind.REFERENCE}) {
            assertEquals(8192, ChunkLength.evaluationBlock(ARTICLE, kind), kind.toString());
        }
        assertEquals(64, ChunkLength.evaluationBlock(Mlp.of(30_000, 30_000), Device.Kind.CPU));
    }
}
