package dev.mnistnative.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Number types of array files: NumPy's name and, where it has one, the IDX format's code. */
enum ElementType {
    BOOL("b1", 1, 0) {
        @Override
        double at(ByteBuffer b, int offset) {
            return b.get(offset) == 0 ? 0 : 1;
        }
    },
    UINT8("u1", 1, 0x08) {
        @Override
        double at(ByteBuffer b, int offset) {
            return b.get(offset) & 0xff;
        }
    },
    INT8("i1", 1, 0x09) {
        @Override
        double at(ByteBuffer b, int offset) {
            return b.get(offset);
        }
    },
    UINT16("u2", 2, 0) {
        @Override
        double at(ByteBuffer b, int offset) {
            return b.getChar(offset);
        }
    },
    INT16("i2", 2, 0x0B) {
        @Override
        double at(ByteBuffer b, int offset) {
            return b.getShort(offset);
        }
    },
    UINT32("u4", 4, 0) {
        @Override
        double at(ByteBuffer b, int offset) {
            return b.getInt(offset) & 0xffff_ffffL;
        }
    },
    INT32("i4", 4, 0x0C) {
        @Override
        double at(ByteBuffer b, int offset) {
            return b.getInt(offset);
        }
    },
    UINT64("u8", 8, 0) {
        @Override
        double at(ByteBuffer b, int offset) {
            long bits = b.getLong(offset);
            return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
        }
    },
    INT64("i8", 8, 0) {
        @Override
        double at(ByteBuffer b, int offset) {
            return b.getLong(offset);
        }
    },
    FLOAT16("f2", 2, 0) {
        @Override
        double at(ByteBuffer b, int offset) {
            return halfToDouble(b.getShort(offset));
        }
    },
    FLOAT32("f4", 4, 0x0D) {
        @Override
        double at(ByteBuffer b, int offset) {
            return b.getFloat(offset);
        }
    },
    FLOAT64("f8", 8, 0x0E) {
        @Override
        double at(ByteBuffer b, int offset) {
            return b.getDouble(offset);
        }
    };

    private final String numpy;
    private final int bytes;
    private final int idxCode;

    ElementType(String numpy, int bytes, int idxCode) {
        this.numpy = numpy;
        this.bytes = bytes;
        this.idxCode = idxCode;
    }

    /** NumPy's name: kind and bytes, e.g. "f4". */
    String numpy() {
        return numpy;
    }

    int bytes() {
        return bytes;
    }

    /** The number at a byte offset, in the buffer's byte order; exact but for 64-bit integers above 2^53. */
    abstract double at(ByteBuffer b, int offset);

    /** How a pixel of this type is kept: numbers of one unsigned byte as bytes, all others as float32. */
    PixelType pixelType() {
        return this == UINT8 || this == BOOL ? PixelType.UINT8 : PixelType.FLOAT32;
    }

    /** Scale of the pixels unless told otherwise: 1/255 for bytes, 1 for all others. */
    double defaultScale() {
        return this == UINT8 ? Dataset.UNIT_SCALE : 1;
    }

    static Optional<ElementType> ofNumpy(String name) {
        return Arrays.stream(values()).filter(t -> t.numpy.equals(name)).findFirst();
    }

    static Optional<ElementType> ofIdx(int code) {
        return Arrays.stream(values()).filter(t -> code != 0 && t.idxCode == code).findFirst();
    }

    static String numpyNames() {
        return Arrays.stream(values()).map(ElementType::numpy).collect(Collectors.joining(" "));
    }

    /** IEEE 754 binary16. */
    private static double halfToDouble(short half) {
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        double magnitude;
        if (exponent == 0x1f) {
            magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else if (exponent == 0) {
            magnitude = Math.scalb((double) fraction, -24);
        } else {
            magnitude = Math.scalb((double) (fraction | 0x400), exponent - 25);
        }
        return half < 0 ? -magnitude : magnitude;
    }
}
