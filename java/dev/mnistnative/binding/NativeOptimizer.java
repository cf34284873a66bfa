package dev.mnistnative.binding;

/** The optimizer's part of {@code mn_options}; what an optimizer has not is 0. */
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
    public static final int ADAM = MnistNative.MN_ADAM;

    public static final int ADAMW = MnistNative.MN_ADAMW;
    public static final int SGD = MnistNative.MN_SGD;

    /** Adam or AdamW. */
    public static NativeOptimizer adaptive(
            int kind, double beta1, double beta2, double eps, boolean amsgrad, double weightDecay) {
        return new NativeOptimizer(kind, beta1, beta2, eps, amsgrad, weightDecay, 0, 0, false);
    }

    /** SGD. */
    public static NativeOptimizer sgd(double momentum, double dampening, double weightDecay, boolean nesterov) {
        return new NativeOptimizer(SGD, 0, 0, 0, false, weightDecay, momentum, dampening, nesterov);
    }
}
