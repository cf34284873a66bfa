package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Precision;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.AdamW;
import dev.mnistnative.train.BceWithLogitsLoss;
import dev.mnistnative.train.CrossEntropyLoss;
import dev.mnistnative.train.HuberLoss;
import dev.mnistnative.train.LearningRateSchedule;
import dev.mnistnative.train.MseLoss;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.Sgd;
import dev.mnistnative.train.SmoothL1Loss;
import dev.mnistnative.train.TrainingSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class SettingsOptionsTest {
    @Command
    private static final class Probe {
        @Mixin
        private SettingsOptions options;
    }

    private static TrainingSettings settings(String words) {
        Probe probe = new Probe();
        CommandLine command = new CommandLine(probe);
        Converters.register(command);
        command.parseArgs(words.isEmpty() ? new String[0] : words.split(" "));
        return probe.options.settings();
    }

    @Test
    void theArticleIsTheDefault() {
        TrainingSettings s = settings("");
        assertEquals(Mlp.of(784, 312, 256, 10), s.layers());
        assertEquals(new Adam(2e-5, 0.9, 0.999, 1e-8, 0, false), s.optimizer());
        assertEquals(320, s.batchSize());
        assertEquals(20, s.epochs());
        assertFalse(s.shuffle());
        assertTrue(s.dropLast());
        assertEquals(0, s.seed());
        assertEquals(Device.auto(), s.device());
        assertEquals(Precision.FLOAT32, s.precision());
        assertEquals(0, s.threads());
        assertEquals("auto", s.isa());
        assertEquals(0, s.earlyStopping());
        assertEquals(-100, s.loss().ignoreIndex());
        assertEquals(LearningRateSchedule.constant(), s.schedule());
    }

    @Test
    void theSecondPreset() {
        TrainingSettings s = settings("--preset bp");
        assertEquals(Mlp.of(784, 512, 256, 10), s.layers());
        assertEquals(new Sgd(0.01), s.optimizer());
        assertEquals(64, s.batchSize());
        assertEquals(5, s.epochs());
        assertTrue(s.shuffle());
        assertFalse(s.dropLast());
    }

    @Test
    void whatIsGivenWinsOverThePreset() {
        TrainingSettings s = settings("--preset bp --layers 64,32,4 --batch-size 7 --epochs 3 --no-shuffle --drop-last"
                + " --seed 42 --early-stopping 2 --warmup-steps 11 --lr-schedule cosine:1e-6");
        assertEquals(Mlp.of(64, 32, 4), s.layers());
        assertEquals(7, s.batchSize());
        assertEquals(3, s.epochs());
        assertFalse(s.shuffle());
        assertTrue(s.dropLast());
        assertEquals(42, s.seed());
        assertEquals(2, s.earlyStopping());
        assertEquals(11, s.warmupSteps());
        assertEquals(LearningRateSchedule.cosine(1e-6), s.schedule());
        assertEquals(new Sgd(0.01), s.optimizer());
        assertTrue(settings("--shuffle").shuffle());
        assertFalse(settings("--keep-last").dropLast());
    }

    @Test
    void activations() {
        Mlp net = Mlp.of(784, 312, 256, 10);
        assertEquals(
                net.withActivation(Activation.TANH),
                settings("--activation tanh").layers());
        assertEquals(
                net.withActivations(List.of(Activation.leakyRelu(0.2), Activation.elu(1.5))),
                settings("--activation leaky_relu:0.2,elu:1.5").layers());
        assertEquals(
                Mlp.of(784, 10), settings("--layers 784,10 --activation tanh").layers());
        assertEquals(
                "--activation names 3, but the net [784, 312, 256, 10] has 2 hidden layers: give one for all, or one "
                        + "each",
                assertThrows(CommandLine.ParameterException.class, () -> settings("--activation relu,tanh,gelu"))
                        .getMessage());
        String unknown = assertThrows(CommandLine.ParameterException.class, () -> settings("--activation relu:3"))
                .getMessage();
        assertTrue(unknown.contains("\"relu:3\" is none of relu, identity, leaky_relu[:SLOPE]"), unknown);
    }

    @Test
    void schedules() {
        assertEquals(
                LearningRateSchedule.constant(),
                settings("--preset accurate --lr-schedule constant").schedule());
        assertEquals(
                LearningRateSchedule.step(5, 0.1),
                settings("--lr-schedule step:5,0.1").schedule());
        assertEquals(
                LearningRateSchedule.cosine(0), settings("--lr-schedule cosine").schedule());
        assertEquals(
                Preset.ACCURATE.settings().schedule(),
                settings("--preset accurate").schedule());
    }

    @Test
    void anotherOptimizerHasPyTorchsDefaults() {
        assertEquals(
                new AdamW(1e-3, 0.9, 0.999, 1e-8, 0.01, false),
                settings("--optimizer adamw").optimizer());
        assertEquals(new Sgd(0.01, 0, 0, 0, false), settings("--optimizer sgd").optimizer());
        assertEquals(
                new Adam(1e-3, 0.9, 0.999, 1e-8, 0, false),
                settings("--preset bp --optimizer adam").optimizer());
    }

    @Test
    void thePresetsOptimizerKeepsItsSettings() {
        assertEquals(new Adam(2e-5), settings("--optimizer adam").optimizer());
    }

    @Test
    void optimizerOptions() {
        assertEquals(
                new Adam(0.5, 0.8, 0.95, 1e-6, 0.25, true),
                settings("--lr 0.5 --betas 0.8,0.95 --eps 1e-6 --weight-decay 0.25 --amsgrad")
                        .optimizer());
        assertEquals(
                new AdamW(0.5, 0.8, 0.95, 1e-6, 0.25, true),
                settings("--optimizer adamw --lr 0.5 --betas 0.8,0.95 --eps 1e-6 --weight-decay 0.25 --amsgrad")
                        .optimizer());
        assertEquals(
                new Sgd(0.5, 0.9, 0.1, 0.25, false),
                settings("--optimizer sgd --lr 0.5 --momentum 0.9 --dampening 0.1 --weight-decay 0.25")
                        .optimizer());
        assertEquals(
                new Sgd(0.01, 0.9, 0, 0, true),
                settings("--preset bp --momentum 0.9 --nesterov").optimizer());
    }

    @Test
    void lossOptions() {
        var loss = (CrossEntropyLoss)
                settings("--layers 784,3 --class-weights 1,0.5,2 --ignore-index 255 --label-smoothing 0.25")
                        .loss();
        assertArrayEquals(new float[] {1, 0.5f, 2}, loss.classWeights());
        assertEquals(255, loss.ignoreIndex());
        assertEquals(0.25, loss.labelSmoothing());
    }

    @Test
    void dropoutOptions() {
        var net =
                settings("--layers 784,9,10 --dropout 0.5 --input-dropout 0.2").layers();
        assertEquals(0.5, net.hiddenDropout());
        assertEquals(0.2, net.inputDropout());
        assertFalse(settings("--preset bp").layers().drops());
        Cli.line("train --dropout 1").failed(ExitCode.USAGE, "dropout must be at least 0 and below 1");
        Cli.line("train --input-dropout -0.5").failed(ExitCode.USAGE, "input dropout must be at least 0");
    }

    @Test
    void lossesOnTargets() {
        assertEquals(new MseLoss(), settings("--loss mse").loss());
        assertEquals(new SmoothL1Loss(0.3), settings("--loss smooth_l1:0.3").loss());
        assertEquals(new HuberLoss(), settings("--loss huber --preset accurate").loss());
        assertEquals(
                BceWithLogitsLoss.DEFAULT.withPosWeight(1, 2),
                settings("--layers 784,2 --loss bce --pos-weight 1,2").loss());
        assertEquals(
                settings("--preset accurate").loss(),
                settings("--preset accurate --loss cross_entropy").loss());
        for (String words : new String[] {
            "--loss mse --class-weights 1,2",
            "--loss bce --label-smoothing 0.1",
            "--loss l1 --ignore-index 3",
            "--pos-weight 1,2",
            "--loss hubber",
            "--loss mse:1",
            "--loss huber:0"
        }) {
            String message = assertThrows(CommandLine.ParameterException.class, () -> settings(words), words)
                    .getMessage();
            assertFalse(message.contains("Exception"), message);
            assertTrue(message.contains("--loss"), message);
        }
    }

    @Test
    void placementOptions() {
        TrainingSettings s = settings("--device cuda:3 --threads 5 --precision bf16 --isa sse4");
        assertEquals(Device.cuda(3), s.device());
        assertEquals(5, s.threads());
        assertEquals(Precision.BF16, s.precision());
        assertEquals("sse4", s.isa());
        assertEquals(Device.cuda(0), settings("--device cuda").device());
        assertEquals(Device.cpu(), settings("--device cpu").device());
    }
}
