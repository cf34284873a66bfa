package dev.mnistnative.net.internal;

import dev.mnistnative.binding.NativeNet;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;

/** The net as the native side takes it. */
public final class NativeNets {
    private NativeNets() {}

    /** Its sizes, the codes of its activations and their parameters, its dropout. */
    public static NativeNet of(Mlp net) {
        int[] activations = net.activations().stream()
                .mapToInt(activation -> activation.kind().code())
                .toArray();
        double[] parameters =
                net.activations().stream().mapToDouble(Activation::parameter).toArray();
        return new NativeNet(net.sizesArray(), activations, parameters, net.hiddenDropout(), net.inputDropout());
    }
}
