package dev.mnistnative.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.binding.NativeLibrary;
import java.util.List;
import org.junit.jupiter.api.Test;

class MlpTest {
    @Test
    void countsLikeTheArticle() {
        Mlp shape = Mlp.of(784, 312, 256, 10);
        assertEquals(327_618, shape.parameterCount());
        assertEquals(3, shape.layers());
        assertEquals(784, shape.features());
        assertEquals(10, shape.classes());
        assertEquals(784 * 312, shape.biasOffset(0));
        assertEquals(785 * 312, shape.weightOffset(1));
        assertEquals("784-312-256-10", shape.toString());
    }

    @Test
    void countsLikeTheNativeSide() {
        for (int[] sizes : new int[][] {{1, 1}, {7, 1, 10}, {784, 313, 7, 1, 10}, {46_340, 46_339}}) {
            assertEquals(NativeLibrary.parameterCount(sizes), Mlp.of(sizes).parameterCount());
        }
    }

    @Test
    void refusesWhatIsNoNet() {
        for (List<Integer> sizes : List.of(List.<Integer>of(), List.of(784), List.of(784, 0, 10), List.of(-1, 10))) {
            String message = assertThrows(IllegalArgumentException.class, () -> new Mlp(sizes))
                    .getMessage();
            assertTrue(message.startsWith("layers: "), message);
        }
        String message = assertThrows(IllegalArgumentException.class, () -> Mlp.of(46_341, 46_341))
                .getMessage();
        assertTrue(message.contains("2^31"), message);
    }
}
