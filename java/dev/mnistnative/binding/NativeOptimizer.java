package dev.mnistnative.binding;

import java.util.Map;
import org.bytedeco.javacpp.Loader;

/** The values of {@code mn_optimizer_options}; what an optimizer has not is 0. */
public record NativeOptimizer(
        int kind,
        double beta1,
        double beta2,
        double eps,
        boolean amsgrad,
        double weightDecay,
        double momentum,
        double dampening,
        boolean nesterov) {
    /** Values of {@link #kind}. */
    public static final int ADAM = MnistNative.MN_OPTIMIZER_ADAM;

    public static final int ADAMW = MnistNative.MN_OPTIMIZER_ADAMW;
    public static final int SGD = MnistNative.MN_OPTIMIZER_SGD;

    /** An optimizer with these options, numbers and switches by PyTorch's names; those it does not name are 0. */
    public static NativeOptimizer of(int kind, Map<String, Object> options) {
        return new NativeOptimizer(
                kind,
                number(options, "beta1"),
                number(options, "beta2"),
                number(options, "eps"),
                isOn(options, "amsgrad"),
                number(options, "weight_decay"),
                number(options, "momentum"),
                number(options, "dampening"),
                isOn(options, "nesterov"));
    }

    /** The struct; it points to nothing. */
    MnOptimizerOptions struct() {
        return new MnOptimizerOptions(NativeMemory.struct(MnOptimizerOptions.class))
                .size(Loader.sizeof(MnOptimizerOptions.class))
                .kind(kind)
                .beta1(beta1)
                .beta2(beta2)
                .eps(eps)
                .amsgrad(amsgrad ? 1 : 0)
                .weight_decay(weightDecay)
                .momentum(momentum)
                .dampening(dampening)
                .nesterov(nesterov ? 1 : 0);
    }

    private static double number(Map<String, Object> options, String name) {
        return (Double) options.getOrDefault(name, 0.0);
    }

    private static boolean isOn(Map<String, Object> options, String name) {
        return (Boolean) options.getOrDefault(name, false);
    }
}
