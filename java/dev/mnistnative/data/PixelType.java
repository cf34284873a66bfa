package dev.mnistnative.data;

/** How a data set keeps its pixels in memory. */
public enum PixelType {
    /** One unsigned byte a pixel; {@link Dataset#scale()} turns it into the value that the network sees. */
    UINT8(1),
    /** One 32-bit float a pixel, in native byte order; the network sees it as it is. */
    FLOAT32(4);

    private final int bytes;

    PixelType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes that one pixel takes. */
    public int bytes() {
        return bytes;
    }
}
