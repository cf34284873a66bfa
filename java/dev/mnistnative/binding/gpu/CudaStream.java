package dev.mnistnative.binding.gpu;

import java.util.Objects;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A CUDA stream of the program that embeds this library. The caller keeps it: it must live until the trainer that was
 * given it is closed or given another. The only class whose use needs {@code org.bytedeco:cuda} on the class path.
 */
@SuppressWarnings("exports") // who calls what has a CUstream_st in it requires the presets' module anyway
public final class CudaStream {
    private final CUstream_st stream;

    private CudaStream(CUstream_st stream) {
        if (stream == null || stream.isNull()) {
            throw new IllegalArgumentException(
                    "stream has address 0: CUDA's default stream is address 1, cudaStreamLegacy");
        }
        this.stream = stream;
    }

    /**
     * A stream of JavaCPP's CUDA presets.
     *
     * @throws IllegalArgumentException if its address is 0
     */
    public static CudaStream of(CUstream_st stream) {
        return new CudaStream(Objects.requireNonNull(stream, "stream"));
    }

    /**
     * A {@code cudaStream_t} or {@code CUstream} of any other binding, by its address.
     *
     * @throws IllegalArgumentException if it is 0
     */
    public static CudaStream at(long address) {
        try (LongPointer memory = new LongPointer(1)) {
            memory.put(address);
            return new CudaStream(new PointerPointer<CUstream_st>(memory).get(CUstream_st.class));
        }
    }

    /** The stream itself. */
    public CUstream_st pointer() {
        return stream;
    }
}
