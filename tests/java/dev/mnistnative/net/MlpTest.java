package dev.mnistnative.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.binding.NativeLibrary;
import dev.mnistnative.binding.NativeNet;
import java.util.ArrayList;
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
            assertEquals(
                    NativeLibrary.parameterCount(NativeNet.of(sizes)),
                    Mlp.of(sizes).parameterCount());
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

    @Test
    void everyHiddenLayerHasAnActivation() {
        assertEquals(
                List.of(Activation.RELU, Activation.RELU), Mlp.of(4, 3, 3, 2).activations());
        assertEquals(List.of(), Mlp.of(4, 2).withActivation(Activation.RELU).activations());
        assertEquals(Mlp.of(4, 3, 2), Mlp.of(4, 3, 2).withActivations(List.of(Activation.RELU)));
        Mlp net = Mlp.of(4, 3, 2);
        assertEquals(
                "activations: there are 2, but layers [4, 3, 2] have 1 hidden ones: give one for each",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> net.withActivations(List.of(Activation.RELU, Activation.RELU)))
                        .getMessage());
    }

    @Test
    void activationsAreKnownByTheirNames() {
        List<Activation> all = new ArrayList<>(Activation.all());
        all.addAll(List.of(Activation.leakyRelu(-0.25), Activation.leakyRelu(0), Activation.elu(1.5)));
        for (Activation activation : all) {
            assertEquals(activation, Activation.of(activation.id()));
        }
        assertEquals(Activation.leakyRelu(0.2), Activation.of("leaky_relu:0.2"));
        assertEquals("leaky_relu:0.2", Activation.leakyRelu(0.2).id());
        assertEquals("elu", Activation.elu(1).id());
        for (String wrong : List.of("tanh:1", "elu:", "elu:x", "", "ReLU")) {
            assertThrows(IllegalArgumentException.class, () -> Activation.of(wrong), wrong);
        }
        for (double none : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e39}) {
            assertThrows(IllegalArgumentException.class, () -> Activation.elu(none));
        }
        assertThrows(IllegalArgumentException.class, () -> new Activation(Activation.Kind.TANH, 2));
        assertEquals(
                "activation \"none such\" is none of " + Activation.usage(),
                assertThrows(IllegalArgumentException.class, () -> Activation.of("none such"))
                        .getMessage());
    }

    @Test
    void aNetSaysItsActivationsWhereTheyAreNotReLU() {
        Mlp net = Mlp.of(4, 3, 3, 2);
        assertEquals("4-3-3-2", net.toString());
        assertEquals("4-3-3-2 with tanh", net.withActivation(Activation.TANH).toString());
        assertEquals("4-3-3-2 with gelu,tanh", net.withActivations("gelu,tanh").toString());
        assertEquals("relu", net.activationsText());
        assertEquals("4-2", Mlp.of(4, 2).withActivations("selu").toString());
    }

    @Test
    void dropoutIsAShareBelowOne() {
        Mlp plain = Mlp.of(4, 3, 2);
        Mlp dropping = plain.withDropout(0.5, 0.2);
        assertEquals("0.5 of hidden outputs, 0.2 of the input", dropping.dropoutDescription());
        assertEquals(plain, dropping.withoutDropout());
        assertEquals(dropping, dropping.withActivation(Activation.RELU), "kept");
        assertFalse(plain.drops());
        assertTrue(plain.withDropout(0, 0.2).drops());
        for (double share : new double[] {1, -0.1, Double.NaN}) {
            for (boolean hidden : new boolean[] {true, false}) {
                String message = assertThrows(
                                IllegalArgumentException.class,
                                () -> plain.withDropout(hidden ? share : 0, hidden ? 0 : share))
                        .getMessage();
                assertEquals(
                        (hidden ? "" : "input ") + "dropout must be at least 0 and below 1, the share that is dropped, "
                                + "but it is " + share,
                        message);
            }
        }
    }
}
