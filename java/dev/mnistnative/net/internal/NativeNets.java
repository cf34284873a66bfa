package dev.mnistnative.net.internal;

import dev.mnistnative.binding.NativeNet;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;

/** The net as the native side takes it. */
public final class NativeNets {
    private NativeNets() {}

    /** Its sizes and the codes of its activations. */
    public static NativeNet of(Mlp net) {
        int[] activations =
                net.activations().stream().mapToInt(Activation::code).toArray();
        return new NativeNet(net.sizesArray(), activations);
    }
}
