package dev.mnistnative.data;

import dev.mnistnative.array.ArrayHeader;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Turns Fortran order (first index fastest) into C order (last index fastest). */
final class Transposition {
    /** Samples turned at a time, so that the rows being written stay in the cache. */
    private static final int BLOCK = 64;

    private Transposition() {}

    /** `columns` holds the header's elements in Fortran order, of 1 or 4 bytes each; the result is row-major. */
    static ByteBuffer toRowMajor(ByteBuffer columns, ArrayHeader header, int width) throws IOException {
        int size = header.size();
        int[] place = places(header.sampleShape());
        ByteBuffer rows = DirectMemory.allocateFor(header.file(), columns.remaining());
        for (int block = 0; block < size; block += BLOCK) {
            int end = Math.min(size, block + BLOCK);
            for (int column = 0; column < place.length; column++) {
                for (int n = block; n < end; n++) {
                    copy(columns, column * size + n, rows, n * place.length + place[column], width);
                }
            }
        }
        return rows;
    }

    /** Bytes [N, height, width] with rows and columns exchanged, if they are equally many. */
    static ByteBuffer ofSamples(ByteBuffer images, ArrayHeader header) throws IOException {
        int height = header.sampleShape()[0];
        int width = header.sampleShape()[1];
        if (height != width) {
            return images;
        }
        ByteBuffer turned = DirectMemory.allocateFor(header.file(), images.remaining());
        for (int n = 0; n < header.size(); n++) {
            int start = n * height * width;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    turned.put(start + x * height + y, images.get(start + y * width + x));
                }
            }
        }
        return turned;
    }

    private static void copy(ByteBuffer from, int fromIndex, ByteBuffer to, int toIndex, int width) {
        if (width == 1) {
            to.put(toIndex, from.get(fromIndex));
        } else {
            to.putInt(toIndex * width, from.getInt(fromIndex * width));
        }
    }

    /** For each element of a sample, in Fortran order, its place in C order. */
    private static int[] places(int[] shape) {
        int features = SampleLayout.features(shape, PixelType.UINT8);
        int[] stride = new int[shape.length];
        int step = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            stride[d] = step;
            step *= shape[d];
        }
        int[] place = new int[features];
        for (int column = 0; column < features; column++) {
            int rest = column;
            for (int d = 0; d < shape.length; d++) {
                place[column] += rest % shape[d] * stride[d];
                rest /= shape[d];
            }
        }
        return place;
    }
}
