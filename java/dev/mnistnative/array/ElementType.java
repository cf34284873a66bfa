package dev.mnistnative.array;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Number types of array files: NumPy's name and, where it has one, the IDX format's code. */
public enum ElementType {
    BOOL("b1", 1, 0) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.get(i) == 0 ? 0 : 1;
            }
        }
    },
    UINT8("u1", 1, 0x08) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.get(i) & 0xff;
            }
        }
    },
    INT8("i1", 1, 0x09) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.get(i);
            }
        }
    },
    UINT16("u2", 2, 0) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getChar(2 * i);
            }
        }
    },
    INT16("i2", 2, 0x0B) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getShort(2 * i);
            }
        }
    },
    UINT32("u4", 4, 0) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getInt(4 * i) & 0xffff_ffffL;
            }
        }
    },
    INT32("i4", 4, 0x0C) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getInt(4 * i);
            }
        }
    },
    UINT64("u8", 8, 0) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = unsignedToDouble(b.getLong(8 * i));
            }
        }
    },
    INT64("i8", 8, 0) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getLong(8 * i);
            }
        }
    },
    FLOAT16("f2", 2, 0) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = halfToDouble(b.getShort(2 * i));
            }
        }
    },
    FLOAT32("f4", 4, 0x0D) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getFloat(4 * i);
            }
        }
    },
    FLOAT64("f8", 8, 0x0E) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getDouble(8 * i);
            }
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
    public String numpy() {
        return numpy;
    }

    public int bytes() {
        return bytes;
    }

    /**
     * The first `count` numbers of a buffer, in its byte order; exact but for 64-bit integers above 2^53. A loop
     * in each type, so that the JIT compiles each for itself.
     */
    public abstract void toDoubles(ByteBuffer b, double[] values, int count);

    public static Optional<ElementType> ofNumpy(String name) {
        return Arrays.stream(values()).filter(t -> t.numpy.equals(name)).findFirst();
    }

    public static Optional<ElementType> ofIdx(int code) {
        return Arrays.stream(values())
                .filter(t -> code != 0 && t.idxCode == code)
                .findFirst();
    }

    public static String numpyNames() {
        return Arrays.stream(values()).map(ElementType::numpy).collect(Collectors.joining(" "));
    }

    private static double unsignedToDouble(long bits) {
        return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
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
