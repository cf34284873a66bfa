package dev.mnistnative.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * One field of a message in protobuf's wire format; the other direction is {@link ProtoMessage}.
 *
 * @param number which field
 * @param value of a varint or a number of fixed width, as it is in memory; else 0
 * @param bytes of a length-delimited field (text, message, packed numbers) or a number of fixed width; else null
 */
public record ProtoField(int number, long value, ByteBuffer bytes) {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;
    private static final int VARINT_BITS = 64;

    /**
     * Tells the message's fields in their order.
     *
     * @throws IllegalArgumentException if that is no message
     */
    public static void forEach(ByteBuffer message, Consumer<ProtoField> each) {
        ByteBuffer in = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long tag = varint(in);
            int number = (int) (tag >>> 3 & Integer.MAX_VALUE);
            each.accept(
                    switch ((int) (tag & 7)) {
                        case VARINT -> new ProtoField(number, varint(in), null);
                        case FIXED_32 -> fixed(number, in, Integer.BYTES);
                        case FIXED_64 -> fixed(number, in, Long.BYTES);
                        case LENGTH_DELIMITED -> new ProtoField(number, 0, slice(in, varint(in)));
                        default ->
                            throw new IllegalArgumentException(
                                    "field " + number + " has a wire type that is not in use");
                    });
        }
    }

    private static ProtoField fixed(int number, ByteBuffer in, int width) {
        ByteBuffer bytes = slice(in, width);
        return new ProtoField(number, width == Long.BYTES ? bytes.getLong(0) : bytes.getInt(0), bytes);
    }

    private static ByteBuffer slice(ByteBuffer in, long length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a field is said to have " + Long.toUnsignedString(length)
                    + " bytes, but only " + in.remaining() + " follow");
        }
        ByteBuffer slice = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + (int) length);
        return slice;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < VARINT_BITS; shift += 7) {
            if (!in.hasRemaining()) {
                throw new IllegalArgumentException("it ends within a number");
            }
            byte part = in.get();
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number has more than 64 bits");
    }

    /** The field's message or text, empty if it is none. */
    public ByteBuffer message() {
        return bytes == null ? ByteBuffer.allocate(0) : bytes;
    }

    /** The field's text in UTF-8. */
    public String text() {
        return StandardCharsets.UTF_8.decode(message().duplicate()).toString();
    }

    /** The number of a float field. */
    public float asFloat() {
        return Float.intBitsToFloat((int) value);
    }

    /** Tells the number of a repeated float field, or all of them where they are packed. */
    public void forEachFloat(Consumer<Float> each) {
        ByteBuffer in = message().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            if (in.remaining() < Float.BYTES) {
                throw new IllegalArgumentException("it ends within a number");
            }
            each.accept(in.getFloat());
        }
    }

    /** Tells the number of a repeated varint field, or all of them where they are packed. */
    public void forEachNumber(Consumer<Long> each) {
        if (bytes == null) {
            each.accept(value);
            return;
        }
        ByteBuffer in = bytes.duplicate();
        while (in.hasRemaining()) {
            each.accept(varint(in));
        }
    }
}
