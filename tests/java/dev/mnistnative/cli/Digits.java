package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Digits as files of every kind that numbers come in: the same pictures, whatever carries them. */
enum Digits {
    UINT8("|u1", 255),
    INT16("<i2", 255),
    INT32(">i4", 255),
    INT64("<i8", 255),
    FLOAT32_BYTE("<f4", 255),
    FLOAT32_UNIT("<f4", 1),
    FLOAT64_BYTE("<f8", 255),
    FLOAT64_UNIT("<f8", 1),
    CSV_BYTE("csv", 255),
    CSV_UNIT("csv", 1);

    private static final int BRIGHTEST = 255;

    private final String type;
    private final int white;

    Digits(String type, int white) {
        this.type = type;
        this.white = white;
    }

    boolean isTable() {
        return type.equals("csv");
    }

    /** What a pixel of this brightness is called. */
    double value(int brightness) {
        return brightness * white / (double) BRIGHTEST;
    }

    /** The options that name what {@link #write} wrote as a training set, or one to evaluate on. */
    String[] options(Path folder, String name, String prefix) {
        return isTable()
                ? new String[] {prefix + "images", samples(folder, name).toString()}
                : new String[] {
                    prefix + "images", samples(folder, name).toString(),
                    prefix + "labels", folder.resolve(name + "-labels.npy").toString()
                };
    }

    /** The file of samples: of a table, with the labels in front. */
    Path samples(Path folder, String name) {
        return folder.resolve(name + "-" + this + (isTable() ? ".csv" : ".npy"));
    }

    /** The first digits of a set of bytes [n, 28, 28]. */
    void write(Path folder, String name, Dataset digits, int count) throws IOException {
        Path file = samples(folder, name);
        Files.write(file, isTable() ? table(digits, count, true) : array(digits, count));
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) digits.label(i);
        }
        writeLabels(folder.resolve(name + "-labels.npy"), labels);
    }

    static Path writeLabels(Path file, byte[] labels) throws IOException {
        return Files.write(file, npy("|u1", "(%d,)".formatted(labels.length), ByteBuffer.wrap(labels)));
    }

    /** The samples alone, as what is to be predicted has them. */
    Path writeUnlabelled(Path folder, String name, Dataset digits, int count) throws IOException {
        Path file = folder.resolve(name + "-unlabelled-" + this + (isTable() ? ".csv" : ".npy"));
        return Files.write(file, isTable() ? table(digits, count, false) : array(digits, count));
    }

    private byte[] array(Dataset digits, int count) {
        int bytes = type.charAt(2) - '0';
        ByteBuffer pixels = digits.pixels();
        ByteBuffer data = ByteBuffer.allocate(count * digits.features() * bytes)
                .order(type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count * digits.features(); i++) {
            double value = value(pixels.get(i) & BRIGHTEST);
            switch (type.substring(1)) {
                case "u1" -> data.put((byte) value);
                case "i2" -> data.putShort((short) value);
                case "i4" -> data.putInt((int) value);
                case "i8" -> data.putLong((long) value);
                case "f4" -> data.putFloat((float) value);
                default -> data.putDouble(value);
            }
        }
        return npy(type, "(%d, 28, 28)".formatted(count), data.flip());
    }

    private byte[] table(Dataset digits, int count, boolean labelled) {
        StringBuilder text = new StringBuilder(labelled ? "label" : "");
        for (int f = 0; f < digits.features(); f++) {
            text.append(text.isEmpty() ? "" : ",").append("pixel").append(f);
        }
        ByteBuffer pixels = digits.pixels();
        for (int i = 0; i < count; i++) {
            text.append('\n');
            if (labelled) {
                text.append(digits.label(i)).append(',');
            }
            for (int f = 0; f < digits.features(); f++) {
                int brightness = pixels.get(i * digits.features() + f) & BRIGHTEST;
                text.append(f == 0 ? "" : ",").append(white == 1 ? String.valueOf(value(brightness)) : brightness);
            }
        }
        return text.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] npy(String type, String shape, ByteBuffer data) {
        String header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(type, shape);
        byte[] head = ("\u0093NUMPY\1\0v\0" + header + " ".repeat(117 - header.length()) + "\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(head.length + data.remaining())
                .put(head)
                .put(data)
                .array();
    }
}
