package dev.mnistnative.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.binding.NativeModel;
import dev.mnistnative.binding.NativePlacement;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.internal.NativeNets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Who computes how many samples. */
class NativeModelsTest {
    private final List<Integer> made = new ArrayList<>(); // on which devices

    private NativeModels models(Device device) {
        Function<NativePlacement, NativeModel> maker = placement -> {
            made.add(placement.device());
            return NativeModel.create(NativeNets.of(Mlp.of(3, 2)), placement, new float[8]);
        };
        return new NativeModels(Placement.CPU.on(device), maker);
    }

    @Test
    void autoLeavesFewSamplesToTheProcessorAndDoesNotTouchAGpuForThem() {
        boolean gpu = !MnistRuntime.gpus().list().isEmpty();
        try (NativeModels models = models(Device.auto())) {
            NativeModel few = models.of(1);
            assertSame(few, models.of(NativeModels.GPU_SAMPLES - 1));
            assertEquals(List.of(NativePlacement.CPU), made);
            NativeModel many = models.of(NativeModels.GPU_SAMPLES);
            assertEquals(gpu ? Device.cuda(0) : Device.cpu(), models.many().device());
            if (gpu) {
                assertNotSame(few, many);
                assertEquals(List.of(NativePlacement.CPU, NativePlacement.CUDA), made);
            } else {
                assertSame(few, many);
                assertEquals(List.of(NativePlacement.CPU), made);
                assertTrue(
                        models.many().reason().startsWith("no GPU is used: "),
                        models.many().reason());
            }
            assertTrue(models.nativeBytes() >= few.nativeBytes());
        }
    }

    @Test
    void aDeviceThatIsNamedComputesAll() {
        try (NativeModels models = models(Device.reference())) {
            assertSame(models.of(1), models.of(1000));
            assertEquals(List.of(NativePlacement.REFERENCE), made);
            assertEquals(Device.reference(), models.many().device());
            assertEquals("", models.many().reason());
        }
    }

    @Test
    void whatIsClosedMakesNoOther() {
        NativeModels models = models(Device.auto());
        models.close();
        models.close();
        assertEquals(0, models.nativeBytes());
        assertThrows(IllegalStateException.class, () -> models.of(1000).logits(new float[3], 1, new float[2]));
        assertEquals(List.of(NativePlacement.CPU), made);
    }
}
