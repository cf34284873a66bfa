package dev.mnistnative.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mnistnative.train.GoldenNpz;
import java.io.IOException;
import java.nio.ReadOnlyBufferException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParametersTest {
    private static float[] golden(String name) throws IOException {
        double[] values = GoldenNpz.read("init.npz", name);
        float[] floats = new float[values.length];
        IntStream.range(0, floats.length).forEach(i -> floats[i] = (float) values[i]);
        return floats;
    }

    private static void assertInitial(String run, Mlp shape, long seed) throws IOException {
        Parameters initial = Parameters.initial(shape, seed);
        for (int l = 0; l < shape.layers(); l++) {
            assertArrayEquals(golden(run + "_w" + (l + 1)), initial.weight(l));
            assertArrayEquals(golden(run + "_b" + (l + 1)), initial.bias(l));
        }
    }

    @Test
    void initialValuesArePyTorchsBitForBit() throws IOException {
        assertInitial("seed0", Mlp.of(784, 32, 16, 10), 0);
        assertInitial("seed7", Mlp.of(3, 4, 2), 7);
    }

    @Test
    void theyCannotBeChanged() {
        Mlp shape = Mlp.of(2, 1);
        float[] values = {1, 2, 3};
        Parameters parameters = Parameters.of(shape, values);
        values[0] = 9;
        parameters.values()[1] = 9;
        parameters.weight(0)[0] = 9;
        assertThrows(ReadOnlyBufferException.class, () -> parameters.buffer().put(0, 9));
        assertEquals(Parameters.of(shape, new float[] {1, 2, 3}), parameters);
        assertNotEquals(Parameters.of(shape, new float[] {1, 2, 4}), parameters);
        assertThrows(IllegalArgumentException.class, () -> Parameters.of(shape, new float[2]));
        assertThrows(IllegalArgumentException.class, () -> parameters.bias(1));
    }
}
