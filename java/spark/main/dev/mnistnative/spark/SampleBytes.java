package dev.mnistnative.spark;

import dev.mnistnative.data.Dataset;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.sql.Row;

/**
 * A sample on its way through the shuffle: whether it is for validation, its number, its weight, its answers and its
 * features. Those of a sparse vector stay sparse; values that are all k / 255 take one byte each, as they will in the
 * data set.
 */
final class SampleBytes {
    private static final byte VALIDATION = 1;
    private static final byte FLOATS = 0;
    private static final byte BYTES = 2;
    private static final byte SPARSE = 4;
    private static final int BRIGHTEST = 255;
    private static final int HEAD = 1 + Long.BYTES + Float.BYTES;

    private SampleBytes() {}

    /** Makes them, one after the other. */
    static final class Writer {
        private final SampleColumns columns;
        private final float[] features;
        private final byte[] pixels;
        private final float[] answers;

        Writer(SampleColumns columns, int features) {
            this.columns = columns;
            this.features = new float[features];
            this.pixels = new byte[features];
            this.answers = new float[columns.answers()];
        }

        /** @param number of the row, among the training or among the validation rows */
        byte[] bytes(Row row, long number, boolean validation) {
            columns.features(row, features);
            columns.answer(row, answers);
            byte kind = row.get(0) instanceof SparseVector ? SPARSE : areBytes() ? BYTES : FLOATS;
            int nonZero = kind == SPARSE ? nonZero() : 0;
            int size = switch (kind) {
                case SPARSE -> Integer.BYTES + nonZero * (Integer.BYTES + Float.BYTES);
                case BYTES -> features.length;
                default -> features.length * Float.BYTES;
            };
            ByteBuffer out = little(new byte[HEAD + answers.length * Float.BYTES + size]);
            out.put((byte) (kind | (validation ? VALIDATION : 0)))
                    .putLong(number)
                    .putFloat(columns.weight(row));
            for (float answer : answers) {
                out.putFloat(answer);
            }
            if (kind == BYTES) {
                out.put(pixels);
            } else if (kind == SPARSE) {
                putSparse(out, nonZero);
            } else {
                out.asFloatBuffer().put(features);
            }
            return out.array();
        }

        /** Zero with a sign is kept, too: it is another number of bits. */
        private int nonZero() {
            int count = 0;
            for (float value : features) {
                count += Float.floatToRawIntBits(value) == 0 ? 0 : 1;
            }
            return count;
        }

        private void putSparse(ByteBuffer out, int nonZero) {
            out.putInt(nonZero);
            for (int i = 0; i < features.length; i++) {
                if (Float.floatToRawIntBits(features[i]) != 0) {
                    out.putInt(i).putFloat(features[i]);
                }
            }
        }

        private boolean areBytes() {
            for (int i = 0; i < features.length; i++) {
                int k = Math.round(features[i] * BRIGHTEST);
                pixels[i] = (byte) k;
                if (k < 0
                        || k > BRIGHTEST
                        || Float.floatToRawIntBits(features[i])
                                != Float.floatToRawIntBits((float) (k * Dataset.UNIT_SCALE))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Takes them apart, one after the other. */
    static final class Reader {
        private final float[] features;
        private final byte[] pixels;
        private final float[] answers;
        private byte kind;
        private long number;
        private float weight;

        Reader(int features, int answers) {
            this.features = new float[features];
            this.pixels = new byte[features];
            this.answers = new float[answers];
        }

        /** Reads one; the others' values are gone then. */
        void read(byte[] sample) {
            ByteBuffer in = little(sample);
            kind = in.get();
            number = in.getLong();
            weight = in.getFloat();
            for (int i = 0; i < answers.length; i++) {
                answers[i] = in.getFloat();
            }
            if (isBytes()) {
                in.get(pixels);
            } else if ((kind & SPARSE) != 0) {
                Arrays.fill(features, 0);
                for (int left = in.getInt(); left > 0; left--) {
                    int index = in.getInt();
                    features[index] = in.getFloat();
                }
            } else {
                in.asFloatBuffer().get(features);
            }
        }

        boolean isValidation() {
            return (kind & VALIDATION) != 0;
        }

        /** Whether the features are {@link #pixels} and not {@link #features}. */
        boolean isBytes() {
            return (kind & BYTES) != 0;
        }

        long number() {
            return number;
        }

        float weight() {
            return weight;
        }

        float[] answers() {
            return answers;
        }

        float[] features() {
            return features;
        }

        byte[] pixels() {
            return pixels;
        }
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
