package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.MnistRuntime;
import dev.mnistnative.binding.gpu.CudaStream;
import dev.mnistnative.net.Device;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.junit.jupiter.api.Test;

/** Which device a trainer is on, and why. */
class TrainerDeviceTest {
    @Test
    void autoTellsWhy() {
        try (Trainer trainer =
                Trainer.create(Toy.settings().device(Device.auto()).build())) {
            boolean gpu = !MnistRuntime.gpus().list().isEmpty();
            assertEquals(gpu ? Device.cuda(0) : Device.cpu(), trainer.device());
            assertFalse(trainer.describe().isBlank());
            assertTrue(gpu || trainer.describe().contains("no GPU is used: "), trainer.describe());
        }
    }

    @Test
    void onlyATrainerOnAGpuTakesACallersStream() {
        try (Trainer trainer = Trainer.create(Toy.settings().build())) {
            MnistNativeException refused =
                    assertThrows(MnistNativeException.class, () -> trainer.useStream(CudaStream.at(1)));
            assertEquals(MnistNativeException.Status.UNSUPPORTED, refused.status());
            assertEquals(
                    "only a trainer on a GPU takes a CUDA stream: create it with device cuda", refused.getMessage());
            trainer.useStream(null);
            assertEquals(StopReason.COMPLETED, trainer.fit(Toy.data(200, 1)).reason());
        }
    }

    @Test
    void aStreamHasAnAddress() {
        assertThrows(IllegalArgumentException.class, () -> CudaStream.at(0));
        assertThrows(NullPointerException.class, () -> CudaStream.of(null));
        assertThrows(IllegalArgumentException.class, () -> CudaStream.of(new CUstream_st()));
    }

    @Test
    void aGpuThatIsNotThereIsRefusedWithTheReason() {
        int gpus = MnistRuntime.gpus().list().size();
        TrainingSettings settings = Toy.settings().device(Device.cuda(gpus)).build();
        MnistNativeException refused = assertThrows(MnistNativeException.class, () -> Trainer.create(settings));
        assertEquals(MnistNativeException.Status.UNSUPPORTED, refused.status());
        String reason = gpus == 0 ? MnistRuntime.gpus().reason() : "there is no GPU " + gpus;
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
        assertFalse(reason.isBlank());
    }
}
