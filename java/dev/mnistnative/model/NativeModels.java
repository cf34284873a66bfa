package dev.mnistnative.model;

import dev.mnistnative.binding.NativeModel;
import dev.mnistnative.binding.NativePlacement;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import dev.mnistnative.net.internal.DeviceChoice;
import java.util.function.Function;

/**
 * The native models behind one {@link Model}. Where {@code auto} was asked for, the processor computes few samples at a
 * time, which it has done before a GPU has begun; the GPU's model is made when there are more for the first time, so
 * that who predicts a single picture never waits for a GPU to wake up.
 */
final class NativeModels implements AutoCloseable {
    /** So many samples at a time go to the GPU. */
    static final int GPU_SAMPLES = 64;

    private final Placement where;
    private final Function<NativePlacement, NativeModel> maker;
    private final DeviceChoice<NativeModel> few;
    private DeviceChoice<NativeModel> many; // guarded by this; null: not needed so far

    NativeModels(Placement where, Function<NativePlacement, NativeModel> maker) {
        this.where = where;
        this.maker = maker;
        // in float32, which both can
        boolean either = where.device().kind() == Device.Kind.AUTO && where.precision() == Precision.FLOAT32;
        few = DeviceChoice.make(either ? where.on(Device.cpu()) : where, maker);
        many = either ? null : few;
    }

    /** The one for that many samples at a time. */
    NativeModel of(int samples) {
        return samples < GPU_SAMPLES ? few.object() : many().object();
    }

    /** What computes many samples, and why. */
    synchronized DeviceChoice<NativeModel> many() {
        if (many == null) {
            // the processor's is there already, open or closed
            many = DeviceChoice.make(
                    where,
                    placement -> placement.device() == NativePlacement.CPU ? few.object() : maker.apply(placement));
        }
        return many;
    }

    synchronized long nativeBytes() {
        long bytes = few.object().nativeBytes();
        return many == null || many.object() == few.object()
                ? bytes
                : bytes + many.object().nativeBytes();
    }

    /** Closes both; if a thread is inside one of them, throws and keeps that one. */
    @Override
    public synchronized void close() {
        if (many == null) {
            many = few; // what is closed makes no new one
        }
        if (many.object() != few.object()) {
            many.object().close();
        }
        few.object().close();
    }
}
