package dev.mnistnative.net.internal;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.binding.NativeLibrary;
import dev.mnistnative.binding.NativePlacement;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import java.util.function.Function;

/**
 * A native object together with the device it came to be on. For this library's own packages.
 *
 * @param object what was made
 * @param device never {@code auto}
 * @param reason why this device was taken where {@code auto} was asked for, else ""
 */
public record DeviceChoice<T>(T object, Device device, String reason) {
    /**
     * Makes the object on the device asked for; {@code auto} takes the first GPU if it works, else the processor, and
     * for INT8 always that.
     */
    public static <T> DeviceChoice<T> make(Placement where, Function<NativePlacement, T> maker) {
        if (where.device().kind() != Device.Kind.AUTO) {
            return on(where.device(), "", where, maker);
        }
        if (where.precision() == Precision.INT8) {
            return on(Device.cpu(), "int8 is for the CPU", where, maker);
        }
        String refusal;
        try {
            refusal = NativeLibrary.gpuRefusal();
            if (refusal.isEmpty()) {
                return on(Device.cuda(0), "a GPU works", where, maker);
            }
        } catch (MnistNativeException e) {
            if (e.status() == MnistNativeException.Status.LOAD) {
                throw e; // nothing computes without the library
            }
            refusal = e.getMessage();
        }
        return on(Device.cpu(), "no GPU is used: " + refusal, where, maker);
    }

    private static <T> DeviceChoice<T> on(
            Device device, String reason, Placement where, Function<NativePlacement, T> maker) {
        int code = switch (device.kind()) {
            case CUDA -> NativePlacement.CUDA;
            case REFERENCE -> NativePlacement.REFERENCE;
            default -> NativePlacement.CPU;
        };
        boolean allCores = where.threads() == 0 && device.kind() == Device.Kind.CPU; // of those that the JVM allows
        int threads = allCores ? NativeLibrary.cpu().cores() : where.threads();
        NativePlacement placement =
                new NativePlacement(code, device.index(), where.precision().code(), threads, where.isa());
        return new DeviceChoice<>(maker.apply(placement), device, reason);
    }
}
