package dev.mnistnative.binding;

import java.nio.DoubleBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;

/** An {@code mn_net} and all that it points to; the native side reads it only while a call runs. */
final class NetMemory {
    private final MnNet struct;
    private final IntBuffer sizes;
    private final IntBuffer activations;
    private final DoubleBuffer parameters;

    NetMemory(NativeNet net) {
        LibraryLoader.ensureLoaded();
        sizes = NativeMemory.ints(net.sizes());
        activations = NativeMemory.ints(net.activations());
        parameters = NativeMemory.doubles(net.activationParameters());
        struct = new MnNet(NativeMemory.struct(MnNet.class))
                .size(Loader.sizeof(MnNet.class))
                .layer_count(net.sizes().length - 1)
                .sizes(new IntPointer(sizes))
                .activations(new IntPointer(activations))
                .hidden_dropout(net.hiddenDropout())
                .input_dropout(net.inputDropout())
                .activation_parameters(new DoublePointer(parameters));
    }

    MnNet struct() {
        return struct;
    }

    @Override
    public String toString() {
        return "NetMemory[" + sizes.capacity() + " sizes, " + activations.capacity() + " activations, "
                + parameters.capacity() + " parameters of them]";
    }
}
