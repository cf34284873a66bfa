package dev.mnistnative.report.files;

import dev.mnistnative.internal.ProtoMessage;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * Writes scalars to a TensorBoard event file: records in TFRecord framing, each holding one {@code Event} message of
 * TensorFlow's {@code event.proto}. Four fields of two small messages justify neither a protobuf compiler in the build
 * nor protobuf's library in the application.
 */
final class EventFile implements Closeable {
    /** How the names of event files begin. */
    static final String PREFIX = "events.out.tfevents.";

    /** Who wrote a file, as its first record tells: folders of TensorBoard may hold files of other programs. */
    static final String WRITER = "dev.mnistnative";

    static final int EVENT_STEP = 2;
    static final int EVENT_SUMMARY = 5;
    static final int SUMMARY_VALUE = 1;
    static final int VALUE_TAG = 1;
    static final int EVENT_SOURCE = 10;
    static final int SOURCE_WRITER = 1;
    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_FILE_VERSION = 3;
    private static final int EVENT_SESSION_LOG = 7;
    private static final int SESSION_LOG_STATUS = 1;
    private static final int SESSION_START = 1;
    private static final int VALUE_SIMPLE_VALUE = 2;
    private static final int CRC_MASK_DELTA = 0xa282ead8;

    private final Clock clock;
    private final Path path;
    private final OutputStream out;

    /**
     * Creates {@code events.out.tfevents.SECONDS.HOST.PID} in an existing folder, with a number behind it where that is
     * there already, and writes the version record.
     */
    EventFile(Path folder, String host, Clock clock) throws IOException {
        this.clock = clock;
        String name = String.format(
                Locale.ROOT,
                PREFIX + "%010d.%s.%d",
                clock.instant().getEpochSecond(),
                host,
                ProcessHandle.current().pid());
        path = free(folder, name);
        out = new BufferedOutputStream(Files.newOutputStream(path, StandardOpenOption.CREATE_NEW));
        writeRecord(event().text(EVENT_FILE_VERSION, "brain.Event:2")
                .message(EVENT_SOURCE, new ProtoMessage().text(SOURCE_WRITER, WRITER)));
        flush();
    }

    private static Path free(Path folder, String name) {
        Path path = folder.resolve(name);
        for (int i = 1; Files.exists(path); i++) {
            path = folder.resolve(name + "." + i);
        }
        return path;
    }

    /** The file. */
    Path path() {
        return path;
    }

    /** Tells that from here on points at this step and later ones replace those of earlier files. */
    void restart(long step) throws IOException {
        writeRecord(event().number(EVENT_STEP, step)
                .message(EVENT_SESSION_LOG, new ProtoMessage().number(SESSION_LOG_STATUS, SESSION_START)));
    }

    /** Appends one value of the curve {@code tag} at {@code step}. */
    void scalar(String tag, long step, double value) throws IOException {
        ProtoMessage point = new ProtoMessage().text(VALUE_TAG, tag).real(VALUE_SIMPLE_VALUE, (float) value);
        writeRecord(event().number(EVENT_STEP, step)
                .message(EVENT_SUMMARY, new ProtoMessage().message(SUMMARY_VALUE, point)));
    }

    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private double wallTime() {
        Instant now = clock.instant();
        return now.getEpochSecond() + now.getNano() * 1e-9;
    }

    /** An event of now. */
    private ProtoMessage event() {
        return new ProtoMessage().real(EVENT_WALL_TIME, wallTime());
    }

    private void writeRecord(ProtoMessage event) throws IOException {
        byte[] data = event.toBytes();
        byte[] length = littleEndian(Long.BYTES).putLong(data.length).array();
        out.write(length);
        out.write(littleEndian(Integer.BYTES).putInt(maskedCrc(length)).array());
        out.write(data);
        out.write(littleEndian(Integer.BYTES).putInt(maskedCrc(data)).array());
    }

    /** TFRecord's mask: a checksum of data that holds checksums would be weak without it. */
    private static int maskedCrc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK_DELTA;
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The machine's name for the file name, without a look-up that could wait for a name server. */
    static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.UTF_8)
                    .strip();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
