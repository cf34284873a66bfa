package dev.mnistnative.data;

import java.util.Arrays;

/**
 * Where a sample's pixels lie: pixel (x, y) of a channel is value
 * {@code channel * channelStride + (y * width + x) * pixelStride} of the sample.
 */
record ImageLayout(int width, int height, int channels, int channelStride, int pixelStride) {
    /** More colours and an alpha are no picture's. */
    private static final int MOST_CHANNELS = 4;

    /** So that a place in a picture is a number of pixels and a fraction in an int. */
    private static final int MOST_SIDE = 1 << 14;

    /**
     * Of [height, width], [channels, height, width] or [height, width, channels] with up to 4 channels.
     *
     * @throws IllegalArgumentException if the shape is no picture's
     */
    static ImageLayout of(int... shape) {
        ImageLayout layout;
        if (shape.length == 2) {
            layout = new ImageLayout(shape[1], shape[0], 1, 0, 1);
        } else if (shape.length == 3 && shape[0] <= MOST_CHANNELS) {
            layout = new ImageLayout(shape[2], shape[1], shape[0], shape[1] * shape[2], 1);
        } else if (shape.length == 3 && shape[2] <= MOST_CHANNELS) {
            layout = new ImageLayout(shape[1], shape[0], shape[2], 1, shape[2]);
        } else {
            throw new IllegalArgumentException("samples of the shape " + Arrays.toString(shape)
                    + " are no pictures: [height, width] is needed, or up to " + MOST_CHANNELS
                    + " channels of that, [channels, height, width] or [height, width, channels]");
        }
        if (Math.max(layout.width, layout.height) > MOST_SIDE) {
            throw new IllegalArgumentException("pictures of " + layout.width + " x " + layout.height
                    + " pixels are too large to be deformed: a side may have " + MOST_SIDE);
        }
        return layout;
    }

    /** Pixels of a channel. */
    int pixels() {
        return width * height;
    }
}
