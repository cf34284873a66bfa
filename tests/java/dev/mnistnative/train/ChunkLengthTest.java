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
        int cpu = ChunkLength.steps(ARTICLE, 320, Device.Kind.CPU);
        assertTrue(cpu > 1 && cpu < 187, () -> "steps: " + cpu);
        assertTrue(ChunkLength.steps(ARTICLE, 320, Device.Kind.CUDA) >= 187);
    }

    @Test
    void aStepOfAnySizeFits() {
        assertEquals(1, ChunkLength.steps(Mlp.of(30_000, 30_000), 1_000_000, Device.Kind.CPU));
        assertEquals(10_000, ChunkLength.steps(Mlp.of(1, 1), 1, Device.Kind.CPU));
    }
}
