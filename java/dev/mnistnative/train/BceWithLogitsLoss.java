package dev.mnistnative.train;

import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Task;
import java.util.Arrays;

/**
 * torch.nn.BCEWithLogitsLoss: each output is the logit of a probability of its own, each target from 0 to 1 (several
 * labels a sample, or pixels).
 *
 * @param posWeight pos_weight: [outputs] what the loss of positive targets is multiplied by, finite and not negative;
 *     null = all ones. Copied.
 */
public record BceWithLogitsLoss(float[] posWeight) implements Loss {
    /** Without pos_weight. */
    public static final BceWithLogitsLoss DEFAULT = new BceWithLogitsLoss(null);

    public BceWithLogitsLoss {
        if (posWeight != null) {
            posWeight = posWeight.clone();
            for (int i = 0; i < posWeight.length; i++) {
                Require.notNegative("pos_weight[" + i + "]", posWeight[i]);
            }
        }
    }

    /** A copy of the weights, or null. */
    @Override
    public float[] posWeight() {
        return posWeight == null ? null : posWeight.clone();
    }

    /** The same with these weights (copied; null = all ones). */
    public BceWithLogitsLoss withPosWeight(float... weights) {
        return new BceWithLogitsLoss(weights);
    }

    @Override
    public String id() {
        return "bce";
    }

    @Override
    public Task task() {
        return Task.MULTI_LABEL;
    }

    @Override
    public String description() {
        return Description.of("binary cross-entropy", "pos weight", posWeight);
    }

    @Override
    public boolean isPlain() {
        return posWeight == null;
    }

    @Override
    public void requireFit(Mlp net) {
        if (posWeight != null && posWeight.length != net.classes()) {
            throw new IllegalArgumentException("pos_weight has " + posWeight.length + " values, but the net " + net
                    + " has " + net.classes() + " outputs");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BceWithLogitsLoss that && Arrays.equals(posWeight, that.posWeight);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(posWeight);
    }

    @Override
    public String toString() {
        return "BceWithLogitsLoss[posWeight=" + Arrays.toString(posWeight) + "]";
    }
}
