package dev.mnistnative;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MnistRuntimeTest {
    @Test
    void itDescribesVersionProcessorAndGpusOrWhyThereIsNone() {
        String text = MnistRuntime.describe();
        CpuInfo cpu = MnistRuntime.cpu();
        Gpus gpus = MnistRuntime.gpus();
        assertTrue(text.startsWith("mnist-native " + MnistRuntime.version() + ", Java " + Runtime.version()), text);
        assertTrue(text.contains("CPU: " + cpu.bestIsa() + " (of " + String.join(", ", cpu.isaLevels())), text);
        assertTrue(text.contains(", " + cpu.cores() + " core"), text);
        assertTrue(
                gpus.list().isEmpty()
                        ? text.endsWith("; no GPU: " + gpus.reason())
                                && !gpus.reason().isEmpty()
                        : text.contains("; GPU 0: " + gpus.list().get(0).name()),
                text);
    }
}
