package dev.mnistnative.binding;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/** An {@code mn_options} and all that it points to; the native side reads it only while a create call runs. */
final class OptionsMemory {
    private final MnOptions options;
    private final IntBuffer sizes;
    private final ByteBuffer isa;
    private FloatBuffer classWeights;

    OptionsMemory(int[] layerSizes, NativePlacement placement) {
        LibraryLoader.ensureLoaded();
        options = new MnOptions(NativeMemory.struct(MnOptions.class));
        sizes = NativeMemory.ints(layerSizes);
        isa = NativeMemory.text(placement.isa());
        MnistNative.mn_options_defaults(options);
        options.sizes(new IntPointer(sizes))
                .layer_count(layerSizes.length - 1)
                .device(placement.device())
                .device_index(placement.deviceIndex())
                .precision(placement.precision())
                .threads(placement.threads())
                .isa(new BytePointer(isa));
    }

    OptionsMemory optimizer(NativeOptimizer optimizer) {
        options.optimizer(optimizer.kind())
                .beta1(optimizer.beta1())
                .beta2(optimizer.beta2())
                .eps(optimizer.eps())
                .amsgrad(optimizer.amsgrad() ? 1 : 0)
                .weight_decay(optimizer.weightDecay())
                .momentum(optimizer.momentum())
                .dampening(optimizer.dampening())
                .nesterov(optimizer.nesterov() ? 1 : 0);
        return this;
    }

    OptionsMemory loss(NativeLoss loss) {
        if (loss.classWeights() != null) {
            classWeights = NativeMemory.floats(loss.classWeights());
            options.class_weights(new FloatPointer(classWeights));
        }
        options.ignore_index(loss.ignoreIndex())
                .label_smoothing(loss.labelSmoothing())
                .reduction(loss.reduction());
        return this;
    }

    MnOptions options() {
        return options;
    }
}
