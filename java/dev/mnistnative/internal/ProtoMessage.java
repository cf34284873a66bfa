package dev.mnistnative.internal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One message in protobuf's wire format (protobuf.dev/programming-guides/encoding), field by field. All four wire
 * types: varints, length-delimited fields, floats and doubles. So small that it spares protobuf's library, 1.6 MB.
 */
public final class ProtoMessage {
    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FOUR_BYTES = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** An int32, int64 or enum field, not negative. */
    public ProtoMessage number(int field, long value) {
        varint((long) field << 3 | VARINT);
        varint(value);
        return this;
    }

    /** A float field. */
    public ProtoMessage real(int field, float value) {
        varint((long) field << 3 | FOUR_BYTES);
        return fixed(Float.floatToRawIntBits(value), Integer.SIZE);
    }

    /** A double field. */
    public ProtoMessage real(int field, double value) {
        varint((long) field << 3 | EIGHT_BYTES);
        return fixed(Double.doubleToRawLongBits(value), Long.SIZE);
    }

    private ProtoMessage fixed(long bits, int width) {
        for (int shift = 0; shift < width; shift += Byte.SIZE) {
            out.write((int) (bits >>> shift));
        }
        return this;
    }

    /** A string field. */
    public ProtoMessage text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A field that is a message itself. */
    public ProtoMessage message(int field, ProtoMessage value) {
        return bytes(field, value.toBytes());
    }

    /** A bytes field. */
    public ProtoMessage bytes(int field, byte[] value) {
        varint((long) field << 3 | LENGTH_DELIMITED);
        varint(value.length);
        out.write(value, 0, value.length);
        return this;
    }

    /** A bytes field with what remains in the buffer, which is left as it is. */
    public ProtoMessage bytes(int field, ByteBuffer value) {
        byte[] copy = new byte[value.remaining()];
        value.duplicate().get(copy);
        return bytes(field, copy);
    }

    /** Its bytes. */
    public byte[] toBytes() {
        return out.toByteArray();
    }

    /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
