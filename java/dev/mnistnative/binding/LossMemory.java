package dev.mnistnative.binding;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;

/** An {@code mn_loss_options} and the weights that it points to; the native side reads it only while a call runs. */
final class LossMemory {
    private final MnLossOptions struct;
    private final FloatBuffer classWeights;

    LossMemory(NativeLoss loss) {
        LibraryLoader.ensureLoaded();
        classWeights = loss.classWeights() == null ? null : NativeMemory.floats(loss.classWeights());
        struct = new MnLossOptions(NativeMemory.struct(MnLossOptions.class))
                .size(Loader.sizeof(MnLossOptions.class))
                .reduction(loss.reduction())
                .ignore_index(loss.ignoreIndex())
                .label_smoothing(loss.labelSmoothing());
        if (classWeights != null) {
            struct.class_weights(new FloatPointer(classWeights));
        }
    }

    MnLossOptions struct() {
        return struct;
    }

    @Override
    public String toString() {
        return "LossMemory[" + (classWeights == null ? "no" : classWeights.capacity()) + " class weights]";
    }
}
