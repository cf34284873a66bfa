package dev.mnistnative.array;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** The IDX format of the MNIST database: two zero bytes, element type, count of dimensions, the dimensions, numbers. */
public final class IdxFormat {
    private static final int HEAD = 4;

    private IdxFormat() {}

    public static boolean matches(byte[] head) {
        return head.length >= HEAD && head[0] == 0 && head[1] == 0;
    }

    /** Reads the head; the numbers (big-endian, C order) are next. */
    public static ArrayHeader readHeader(Content content) throws IOException {
        byte[] head = content.take(HEAD, "the IDX magic");
        ElementType type = ElementType.ofIdx(head[2])
                .orElseThrow(() -> DataFormatException.of(
                        content.name(),
                        String.format(Locale.ROOT, "the IDX element type 0x%02X is not known", head[2] & 0xff),
                        "write the file with type 08, 09, 0B, 0C, 0D or 0E"));
        int dimensions = head[3] & 0xff;
        ByteBuffer sizes = ByteBuffer.wrap(content.take(dimensions * Integer.BYTES, "the IDX dimensions"));
        long[] shape = new long[dimensions];
        for (int i = 0; i < dimensions; i++) {
            shape[i] = sizes.getInt();
        }
        return ArrayHeader.checked(content.name(), type, ByteOrder.BIG_ENDIAN, false, shape);
    }
}
