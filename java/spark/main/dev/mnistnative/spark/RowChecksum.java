package dev.mnistnative.spark;

import java.io.Serializable;
import java.util.zip.CRC32C;

/** A checksum of rows in their order, however they are cut into partitions. */
final class RowChecksum implements Serializable {
    private static final long serialVersionUID = 1;
    private static final long FACTOR = 0x9e3779b97f4a7c15L; // odd: powers of it lose no bit

    private long value;
    private long power = 1; // FACTOR to the number of rows

    /** Takes a row more. */
    void add(byte[] row) {
        CRC32C sum = new CRC32C();
        sum.update(row);
        value = value * FACTOR + sum.getValue() + 1;
        power *= FACTOR;
    }

    /** Takes all rows of another. */
    void add(RowChecksum later) {
        value = value * later.power + later.value;
        power *= later.power;
    }

    long value() {
        return value;
    }
}
