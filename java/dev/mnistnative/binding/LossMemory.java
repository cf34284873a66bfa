package dev.mnistnative.binding;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;

/** An {@code mn_loss_options} and the weights that it points to; the native side reads it only while a call runs. */
final class LossMemory {
    private final MnLossOptions struct;
    private final FloatBuffer classWeights;
    private final FloatBuffer posWeight;

    LossMemory(NativeLoss loss) {
        LibraryLoader.ensureLoaded();
        classWeights = loss.classWeights() == null ? null : NativeMemory.floats(loss.classWeights());
        posWeight = loss.posWeight() == null ? null : NativeMemory.floats(loss.posWeight());
        struct = new MnLossOptions(NativeMemory.struct(MnLossOptions.class))
                .size(Loader.sizeof(MnLossOptions.class))
                .kind(loss.kind())
                .parameter(loss.parameter())
                .reduction(loss.reduction())
                .ignore_index(loss.ignoreIndex())
                .label_smoothing(loss.labelSmoothing());
        if (classWeights != null) {
            struct.class_weights(new FloatPointer(classWeights));
        }
        if (posWeight != null) {
            struct.pos_weight(new FloatPointer(posWeight));
        }
    }

    MnLossOptions struct() {
        return struct;
    }

    @Override
    public String toString() {
        return "LossMemory[" + count(classWeights) + " class weights, " + count(posWeight) + " pos weights]";
    }

    private static String count(FloatBuffer weights) {
        return weights == null ? "no" : String.valueOf(weights.capacity());
    }
}
