package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Deformation;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {
    private static Arguments wrong(String field, UnaryOperator<TrainingSettings.Builder> change) {
        Executable build = () -> change.apply(TrainingSettings.builder(4, 3)).build();
        return Arguments.of(field, build);
    }

    static Stream<Arguments> everyWrongFieldIsNamed() {
        return Stream.of(
                wrong("layers", b -> b.layers(784)),
                wrong("layers", b -> b.layers(784, 0)),
                wrong("batchSize", b -> b.batchSize(0)),
                wrong("epochs", b -> b.epochs(0)),
                wrong("warmupSteps", b -> b.warmupSteps(-1)),
                wrong("earlyStopping", b -> b.earlyStopping(-1)),
                wrong("threads", b -> b.threads(-1)),
                wrong("threads", b -> b.threads(1025)),
                wrong("isa", b -> b.isa(" ")),
                wrong("loss", b -> b.loss(CrossEntropyLoss.DEFAULT.withReduction(Reduction.NONE))),
                wrong("class_weights", b -> b.loss(CrossEntropyLoss.DEFAULT.withClassWeights(1, 1))),
                wrong("class_weights[1]", b -> b.loss(CrossEntropyLoss.DEFAULT.withClassWeights(1, -1, 1))),
                wrong("label_smoothing", b -> b.loss(CrossEntropyLoss.DEFAULT.withLabelSmoothing(1.5))),
                wrong("label_smoothing", b -> b.loss(CrossEntropyLoss.DEFAULT.withLabelSmoothing(Double.NaN))),
                wrong("lr", b -> b.optimizer(new Adam(-1))),
                wrong("lr", b -> b.optimizer(new AdamW(Double.NaN))),
                wrong("lr", b -> b.optimizer(new Sgd(Double.POSITIVE_INFINITY))),
                wrong("beta1", b -> b.optimizer(new Adam(1, 1, 0.9, 0, 0, false))),
                wrong("beta2", b -> b.optimizer(new AdamW(1, 0.9, -0.1, 0, 0, false))),
                wrong("eps", b -> b.optimizer(new Adam(1, 0.9, 0.9, -1, 0, false))),
                wrong("weight_decay", b -> b.optimizer(new Adam(1, 0.9, 0.9, 0, -1, false))),
                wrong("momentum", b -> b.optimizer(new Sgd(1, -1, 0, 0, false))),
                wrong("dampening", b -> b.optimizer(new Sgd(1, 0, Double.NaN, 0, false))),
                wrong("nesterov", b -> b.optimizer(new Sgd(1, 0, 0, 0, true))),
                wrong("nesterov", b -> b.optimizer(new Sgd(1, 0.9, 0.1, 0, true))),
                wrong("schedule", b -> b.schedule(LearningRateSchedule.step(0, 0.1))),
                wrong("schedule", b -> b.schedule(LearningRateSchedule.cosine(-1))));
    }

    @ParameterizedTest
    @MethodSource
    void everyWrongFieldIsNamed(String field, Executable build) {
        String message = assertThrows(IllegalArgumentException.class, build).getMessage();
        assertTrue(message.startsWith(field), message);
    }

    static Stream<Arguments> everyNullIsNamed() {
        return Stream.of(
                wrong("layers", b -> b.layers((Mlp) null)),
                wrong("isa", b -> b.isa(null)),
                wrong("device", b -> b.device(null)),
                wrong("precision", b -> b.precision(null)),
                wrong("optimizer", b -> b.optimizer(null)),
                wrong("schedule", b -> b.schedule(null)),
                wrong("loss", b -> b.loss(null)),
                wrong("reduction", b -> b.loss(CrossEntropyLoss.DEFAULT.withReduction(null))));
    }

    @ParameterizedTest
    @MethodSource
    void everyNullIsNamed(String field, Executable build) {
        assertEquals(field, assertThrows(NullPointerException.class, build).getMessage());
    }

    @Test
    void toBuilderKeepsEverything() {
        TrainingSettings all = TrainingSettings.builder(5, 4, 3)
                .batchSize(7)
                .epochs(8)
                .shuffle(true)
                .dropLast(false)
                .optimizer(new Sgd(0.5))
                .schedule(LearningRateSchedule.cosine(0.1))
                .warmupSteps(9)
                .loss(CrossEntropyLoss.DEFAULT.withLabelSmoothing(0.1))
                .seed(10)
                .device(Device.reference())
                .threads(3)
                .isa("sse4")
                .earlyStopping(2)
                .build();
        TrainingSettings again = all.toBuilder().build();
        assertEquals(Mlp.of(5, 4, 3), again.layers());
        assertEquals(7, again.batchSize());
        assertEquals(8, again.epochs());
        assertTrue(again.shuffle());
        assertTrue(!again.dropLast());
        assertSame(all.optimizer(), again.optimizer());
        assertSame(all.schedule(), again.schedule());
        assertEquals(9, again.warmupSteps());
        assertSame(all.loss(), again.loss());
        assertEquals(10, again.seed());
        assertEquals(all.placement(), again.placement());
        assertEquals(Device.reference(), again.device());
        assertEquals(3, again.threads());
        assertEquals("sse4", again.isa());
        assertEquals(2, again.earlyStopping());
    }

    @Test
    void presetsAreWhatTheirProgramsSay() {
        TrainingSettings article = Preset.ARTICLE.settings();
        assertEquals(Mlp.of(784, 312, 256, 10), article.layers());
        assertEquals(new Adam(2e-5, 0.9, 0.999, 1e-8, 0, false), article.optimizer());
        assertEquals(320, article.batchSize());
        assertEquals(20, article.epochs());
        assertTrue(!article.shuffle() && article.dropLast());
        TrainingSettings bp = Preset.BP.settings();
        assertEquals(Mlp.of(784, 512, 256, 10), bp.layers());
        assertEquals(new Sgd(0.01, 0, 0, 0, false), bp.optimizer());
        assertEquals(64, bp.batchSize());
        assertEquals(5, bp.epochs());
        assertTrue(bp.shuffle() && !bp.dropLast());
        TrainingSettings fast = Preset.FAST.settings();
        assertEquals(Mlp.of(784, 512, 10), fast.layers());
        assertTrue(fast.deformation().isNone() && fast.epochs() == 4);
        TrainingSettings accurate = Preset.ACCURATE.settings();
        assertEquals(Mlp.of(784, 1024, 512, 10), accurate.layers());
        assertEquals(
                "rotate=12,scale=0.12,shear=0.15,shift=1,elastic=30:4",
                accurate.deformation().toString());
        assertEquals(Deformation.STRONG, Preset.RECORD.settings().deformation());
        assertEquals(
                List.of("article", "bp", "fast", "accurate", "record", "denoise"),
                Stream.of(Preset.values()).map(Preset::id).toList());
    }

    @Test
    void devicesAreReadFromText() {
        assertEquals(Device.cuda(3), Device.parse("cuda:3"));
        assertEquals(Device.cuda(0), Device.parse("cuda"));
        for (String text : new String[] {"auto", "cpu", "cuda:0", "reference"}) {
            assertEquals(text, Device.parse(text).toString());
        }
        for (String text : new String[] {"gpu", "cuda:", "cuda:-1", "CPU", ""}) {
            assertThrows(IllegalArgumentException.class, () -> Device.parse(text));
        }
    }

    /** The values of mn_optimizer and mn_reduction, which the header fixes. */
    @Test
    void codesOverTheBorderAreFixed() {
        assertEquals(0, new Adam(1).code());
        assertEquals(1, new AdamW(1).code());
        assertEquals(2, new Sgd(1).code());
        assertEquals(List.of(0, 1, 2), List.of(Reduction.NONE.code, Reduction.MEAN.code, Reduction.SUM.code));
    }

    @Test
    void anOptimizerSaysWhatItKeepsAndHowItIsSet() {
        assertEquals(List.of("exp_avg", "exp_avg_sq"), new AdamW(1).moments());
        assertEquals(List.of(), new Sgd(1).moments());
        assertEquals(List.of("momentum_buffer"), new Sgd(1, 0.9, 0, 0, false).moments());
        assertEquals(
                "sgd: lr 0.05, momentum 0.9, dampening 0, weight decay 0.001, nesterov true",
                new Sgd(0.05, 0.9, 0, 1e-3, true).description());
        assertEquals(
                "adam: lr 2e-05, beta1 0.9, beta2 0.999, eps 1e-08, weight decay 0, amsgrad false",
                new Adam(2e-5).description());
    }
}
