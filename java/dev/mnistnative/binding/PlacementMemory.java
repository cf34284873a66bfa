package dev.mnistnative.binding;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;

/** An {@code mn_placement} and the text that it points to; the native side reads it only while a call runs. */
final class PlacementMemory {
    private final MnPlacement struct;
    private final ByteBuffer isa;

    PlacementMemory(NativePlacement placement) {
        LibraryLoader.ensureLoaded();
        isa = NativeMemory.text(placement.isa());
        struct = new MnPlacement(NativeMemory.struct(MnPlacement.class))
                .size(Loader.sizeof(MnPlacement.class))
                .device(placement.device())
                .device_index(placement.deviceIndex())
                .precision(placement.precision())
                .threads(placement.threads())
                .isa(new BytePointer(isa));
    }

    MnPlacement struct() {
        return struct;
    }

    @Override
    public String toString() {
        return "PlacementMemory[isa of " + isa.capacity() + " bytes]";
    }
}
