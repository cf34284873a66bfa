package dev.mnistnative;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Types of the numbers in files: NumPy's name, the IDX format's code, safetensors' dtype; what a format lacks is empty.
 */
public enum ElementType {
    BOOL("b1", 0, "BOOL", 1) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.get(i) == 0 ? 0 : 1;
            }
        }
    },
    UINT8("u1", 0x08, "U8", 1) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.get(i) & 0xff;
            }
        }
    },
    INT8("i1", 0x09, "I8", 1) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.get(i);
            }
        }
    },
    UINT16("u2", 0, "U16", 2) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getChar(2 * i);
            }
        }
    },
    INT16("i2", 0x0B, "I16", 2) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getShort(2 * i);
            }
        }
    },
    UINT32("u4", 0, "U32", 4) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getInt(4 * i) & 0xffff_ffffL;
            }
        }
    },
    INT32("i4", 0x0C, "I32", 4) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getInt(4 * i);
            }
        }
    },
    UINT64("u8", 0, "U64", 8) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = unsignedToDouble(b.getLong(8 * i));
            }
        }
    },
    INT64("i8", 0, "I64", 8) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getLong(8 * i);
            }
        }
    },
    FLOAT16("f2", 0, "F16", 2) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = float16ToFloat(b.getShort(2 * i));
            }
        }
    },
    /** The upper half of a float32's bits. */
    BFLOAT16("", 0, "BF16", 2) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = Float.intBitsToFloat(b.getShort(2 * i) << 16);
            }
        }
    },
    FLOAT32("f4", 0x0D, "F32", 4) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getFloat(4 * i);
            }
        }
    },
    FLOAT64("f8", 0x0E, "F64", 8) {
        @Override
        public void toDoubles(ByteBuffer b, double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = b.getDouble(8 * i);
            }
        }
    },
    /** Of 8 bits: a file may hold them, but nothing here reads them. */
    FLOAT8_E5M2("", 0, "F8_E5M2", 1),
    /** Likewise. */
    FLOAT8_E4M3("", 0, "F8_E4M3", 1);

    private final String numpy;
    private final int idxCode;
    private final String safetensors;
    private final int bytes;

    ElementType(String numpy, int idxCode, String safetensors, int bytes) {
        this.numpy = numpy;
        this.idxCode = idxCode;
        this.safetensors = safetensors;
        this.bytes = bytes;
    }

    /** NumPy's name: kind and bytes, e.g. "f4"; "" where NumPy has no such type. */
    public String numpy() {
        return numpy;
    }

    /** The dtype of safetensors, e.g. "F32". */
    public String safetensors() {
        return safetensors;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether these are real numbers that can be read, so that a net's weights may be of this type. */
    public boolean isFloatingPoint() {
        return this == FLOAT16 || this == BFLOAT16 || this == FLOAT32 || this == FLOAT64;
    }

    /**
     * The first `count` numbers of a buffer, in its byte order; exact but for 64-bit integers above 2^53. A loop
     * in each type, so that the JIT compiles each for itself.
     *
     * @throws UnsupportedOperationException for numbers of 8 bits with a point
     */
    public void toDoubles(ByteBuffer b, double[] values, int count) {
        throw new UnsupportedOperationException("elements of type " + safetensors + " cannot be read");
    }

    public static Optional<ElementType> ofNumpy(String name) {
        return first(t -> !name.isEmpty() && t.numpy.equals(name));
    }

    public static Optional<ElementType> ofIdx(int code) {
        return first(t -> code != 0 && t.idxCode == code);
    }

    public static Optional<ElementType> ofSafetensors(String name) {
        return first(t -> t.safetensors.equals(name));
    }

    private static Optional<ElementType> first(Predicate<ElementType> wanted) {
        return Arrays.stream(values()).filter(wanted).findFirst();
    }

    /** All of NumPy's names, joined by spaces. */
    public static String numpyNames() {
        return Arrays.stream(values())
                .map(ElementType::numpy)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static double unsignedToDouble(long bits) {
        return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
    }

    /** IEEE 754 binary16; Java has this from 20 on. */
    private static float float16ToFloat(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wide = exponent == 0x1f ? 0xff : exponent + 112;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}
