package dev.mnistnative.report.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads TensorBoard event files by the format's description alone: its own CRC-32C, its own protobuf decoding, so that
 * a mistake of the writer cannot hide in a shared helper.
 */
public final class TfEvents {
    public record Event(double wallTime, long step, String fileVersion, String tag, float value, int session) {
        Event(double wallTime, long step, String fileVersion, String tag, float value) {
            this(wallTime, step, fileVersion, tag, value, 0);
        }
    }

    private TfEvents() {}

    public static Path onlyFileIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(f -> f.getFileName().toString().startsWith("events.out.tfevents."))
                    .toList();
            assertEquals(1, found.size(), "event files in " + folder);
            return found.get(0);
        }
    }

    public static List<Event> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = take(in, 8);
            assertEquals(masked(crc32c(length)), in.getInt(), "checksum of a length");
            byte[] data = take(in, (int) little(length).getLong());
            assertEquals(masked(crc32c(data)), in.getInt(), "checksum of a record");
            events.add(event(little(data)));
        }
        return events;
    }

    /** Bit by bit, reflected polynomial 0x82F63B78 (Castagnoli). */
    static long crc32c(byte[] data) {
        int crc = ~0;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ (0x82F63B78 & -(crc & 1));
            }
        }
        return ~crc & 0xffffffffL;
    }

    private static int masked(long crc) {
        return (int) (((crc >>> 15) | (crc << 17)) + 0xa282ead8L);
    }

    private static Event event(ByteBuffer in) {
        double wallTime = 0;
        long step = 0;
        String version = null;
        String tag = null;
        float value = 0;
        int session = 0;
        while (in.hasRemaining()) {
            long key = varint(in);
            switch ((int) key) {
                case 1 << 3 | 1 -> wallTime = in.getDouble();
                case 2 << 3 -> step = varint(in);
                case 3 << 3 | 2 -> version = text(in);
                case 5 << 3 | 2 -> {
                    ByteBuffer summary = little(take(in, (int) varint(in)));
                    assertEquals(1 << 3 | 2, varint(summary), "Summary.value");
                    ByteBuffer point = little(take(summary, (int) varint(summary)));
                    assertEquals(1 << 3 | 2, varint(point), "Value.tag");
                    tag = text(point);
                    assertEquals(2 << 3 | 5, varint(point), "Value.simple_value");
                    value = point.getFloat();
                    assertEquals(0, point.remaining() + summary.remaining(), "bytes left over");
                }
                case 7 << 3 | 2 -> {
                    ByteBuffer log = little(take(in, (int) varint(in)));
                    assertEquals(1 << 3, varint(log), "SessionLog.status");
                    session = (int) varint(log);
                    assertEquals(0, log.remaining(), "bytes left over");
                }
                case 10 << 3 | 2 -> {
                    ByteBuffer source = little(take(in, (int) varint(in)));
                    assertEquals(1 << 3 | 2, varint(source), "SourceMetadata.writer");
                    assertEquals("dev.mnistnative", text(source));
                }
                default -> throw new AssertionError("unexpected key " + key);
            }
        }
        return new Event(wallTime, step, version, tag, value, session);
    }

    private static String text(ByteBuffer in) {
        return new String(take(in, (int) varint(in)), StandardCharsets.UTF_8);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        int shift = 0;
        byte b;
        do {
            b = in.get();
            value |= (long) (b & 0x7f) << shift;
            shift += 7;
        } while (b < 0);
        return value;
    }

    private static byte[] take(ByteBuffer in, int bytes) {
        byte[] taken = new byte[bytes];
        in.get(taken);
        return taken;
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
