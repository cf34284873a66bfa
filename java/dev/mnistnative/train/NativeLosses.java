package dev.mnistnative.train;

import dev.mnistnative.binding.NativeLoss;

/** A loss as the native side takes it. */
final class NativeLosses {
    private NativeLosses() {}

    static NativeLoss of(Loss loss) {
        if (loss instanceof CrossEntropyLoss labels) {
            return NativeLoss.crossEntropy(
                    labels.classWeights(), labels.ignoreIndex(), labels.labelSmoothing(), labels.reduction().code);
        }
        if (loss instanceof BceWithLogitsLoss logits) {
            return NativeLoss.targets(NativeLoss.BCE, 0, logits.posWeight());
        }
        if (loss instanceof SmoothL1Loss smooth) {
            return NativeLoss.targets(NativeLoss.SMOOTH_L1, smooth.beta(), null);
        }
        if (loss instanceof HuberLoss huber) {
            return NativeLoss.targets(NativeLoss.HUBER, huber.delta(), null);
        }
        return NativeLoss.targets(loss instanceof L1Loss ? NativeLoss.L1 : NativeLoss.MSE, 0, null);
    }
}
