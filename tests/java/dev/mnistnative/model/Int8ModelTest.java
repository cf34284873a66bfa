package dev.mnistnative.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models of products of bytes. */
class Int8ModelTest {
    private static final Placement INT8 = Placement.CPU.in(Precision.INT8);
    private static Dataset train;
    private static Dataset test;

    @BeforeAll
    static void open() {
        train = Mnist.train();
        test = Mnist.test();
    }

    @AfterAll
    static void close() {
        train.close();
        test.close();
    }

    private static Parameters trained(Dataset data, String activation) {
        TrainingSettings settings = Preset.ARTICLE.settings().toBuilder()
                .layers(Mlp.of(784, 128, 64, 10).withActivation(Activation.of(activation)))
                .batchSize(100)
                .epochs(4)
                .shuffle(true)
                .optimizer(new Adam(2e-3))
                .build();
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data);
            return trainer.parameters();
        }
    }

    private static void requireNearlyAsRight(Parameters parameters, ModelInfo info) {
        try (Model exact = Model.of(parameters, Placement.CPU, info);
                Model rounded = Model.of(parameters, INT8, info)) {
            double want = exact.evaluate(test).accuracy();
            double got = rounded.evaluate(test).accuracy();
            assertTrue(want > 0.965, "a net that knows digits: " + want);
            assertTrue(got >= want - 0.001, got + " of " + want);
            assertFalse(Arrays.equals(exact.outputs(test), rounded.outputs(test)), "nothing was rounded");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"relu", "tanh", "leaky_relu", "gelu"})
    void losesATenthOfAPointAtMost(String activation) {
        requireNearlyAsRight(trained(train, activation), ModelInfo.NONE);
    }

    @Test
    void losesATenthOfAPointAtMostOfStandardisedPixels() {
        Standardizer standardizer = Standardizer.fit(train);
        try (Dataset standardised = standardizer.apply(train)) {
            requireNearlyAsRight(
                    trained(standardised, "relu"),
                    ModelInfo.NONE.withPreprocessing(
                            Preprocessing.fittedTo(train).withStandardizer(standardizer)));
        }
    }

    @Test
    void everyDoorAndInstructionSetGivesTheSameAnswers() {
        Parameters parameters = Parameters.initial(Mlp.of(784, 33, 10), 1);
        byte[] some = new byte[100 * 784];
        test.pixels(0, 100).get(some);
        try (Model model = Model.of(parameters, INT8)) {
            float[] logits = model.logits(some, test.scale());
            for (int i = 0; i < 100; i++) {
                byte[] one = Arrays.copyOfRange(some, i * 784, (i + 1) * 784);
                float[] alone = model.logits(one, test.scale());
                assertArrayEquals(Arrays.copyOfRange(logits, i * 10, (i + 1) * 10), alone);
            }
            for (String isa : MnistRuntime.cpu().isaLevels()) {
                Placement where = new Placement(Device.cpu(), Precision.INT8, 1, isa);
                try (Model other = Model.of(parameters, where)) {
                    assertArrayEquals(logits, other.logits(some, test.scale()), isa);
                }
            }
        }
    }

    @Test
    void autoIsTheProcessor() {
        Parameters parameters = Parameters.initial(Mlp.of(3, 2), 1);
        try (Model model = Model.of(parameters, INT8.on(Device.auto()))) {
            assertEquals(Device.cpu(), model.device());
            assertEquals("int8 is for the CPU", model.deviceReason());
        }
        MnistNativeException refused =
                assertThrows(MnistNativeException.class, () -> Model.of(parameters, INT8.on(Device.reference())));
        assertTrue(refused.getMessage().contains("precision"), refused.getMessage());
        refused = assertThrows(MnistNativeException.class, () -> Model.of(parameters, INT8.on(Device.cuda(0))));
        assertEquals(MnistNativeException.Status.UNSUPPORTED, refused.status());
    }

    @Test
    void trainingIsRefusedBeforeItBegins() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> Preset.ARTICLE.settings().toBuilder()
                        .precision(Precision.INT8)
                        .build());
        assertTrue(refused.getMessage().contains("INT8 is for models"), refused.getMessage());
    }
}
