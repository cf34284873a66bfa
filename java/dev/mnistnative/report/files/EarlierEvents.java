package dev.mnistnative.report.files;

import dev.mnistnative.internal.ProtoField;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The event files that an earlier run left in a folder. One that was killed has told more than its last checkpoint
 * knows: when it goes on from there, those points come again. TensorBoard's own way, a start event with a step from
 * which on all earlier points are void, knows one step for all curves, but epochs and steps are counted apart: so the
 * files are cut, too. Those of other programs stay as they are.
 */
final class EarlierEvents {
    private static final int LARGEST_RECORD = 1 << 20; // ours are of some hundred bytes

    private final long epochs;
    private final long stepsInRun;
    private boolean anySteps;

    /**
     * @param epochs that were finished in what the run goes on from
     * @param stepsInRun that were done in it, over all epochs
     */
    EarlierEvents(long epochs, long stepsInRun) {
        this.epochs = epochs;
        this.stepsInRun = stepsInRun;
    }

    /**
     * Cuts each file before the first point that comes again.
     *
     * @param own the file that the run goes on in
     * @return the first step whose earlier points are void for all curves
     */
    long cut(Path folder, Path own) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, EventFile.PREFIX + "*")) {
            for (Path file : files) {
                if (!file.equals(own) && Files.isRegularFile(file)) {
                    EarlierLines.truncate(file, keptBytes(file));
                }
            }
        }
        return 1 + (anySteps ? stepsInRun : epochs);
    }

    private long keptBytes(Path file) throws IOException {
        long kept = 0;
        boolean ours = false;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            while (true) {
                long length = Long.reverseBytes(in.readLong());
                if (length < 0 || length > LARGEST_RECORD) {
                    return Files.size(file); // not ours
                }
                in.readInt();
                byte[] record = in.readNBytes((int) length);
                in.readInt();
                ours |= kept == 0 && isOurs(record);
                if (!ours) {
                    return Files.size(file);
                }
                if (comesAgain(record)) {
                    return kept;
                }
                kept += 2 * Long.BYTES + length;
            }
        } catch (EOFException e) {
            return ours ? kept : Files.size(file);
        } catch (IllegalArgumentException e) { // no event: not ours
            return Files.size(file);
        }
    }

    /** Whether a file's first record tells our name. */
    private static boolean isOurs(byte[] record) {
        ByteBuffer source = first(ByteBuffer.wrap(record), EventFile.EVENT_SOURCE);
        return text(source, EventFile.SOURCE_WRITER).equals(EventFile.WRITER);
    }

    /** A message's first text of that field; "" if it has none. */
    private static String text(ByteBuffer message, int field) {
        return StandardCharsets.UTF_8.decode(first(message, field)).toString();
    }

    /** A message's first text or message of that field; empty if it has none. */
    private static ByteBuffer first(ByteBuffer message, int field) {
        List<ByteBuffer> found = new ArrayList<>();
        ProtoField.forEach(message, each -> {
            if (each.number() == field) {
                found.add(each.message());
            }
        });
        return found.isEmpty() ? ByteBuffer.allocate(0) : found.get(0);
    }

    private boolean comesAgain(byte[] record) {
        List<ProtoField> fields = new ArrayList<>();
        ProtoField.forEach(ByteBuffer.wrap(record), fields::add);
        long step = 0;
        String tag = "";
        for (ProtoField field : fields) {
            if (field.number() == EventFile.EVENT_STEP) {
                step = field.value();
            } else if (field.number() == EventFile.EVENT_SUMMARY) {
                tag = text(first(field.message(), EventFile.SUMMARY_VALUE), EventFile.VALUE_TAG);
            }
        }
        boolean ofStep = tag.startsWith(TensorBoardEvents.STEP_CURVES);
        anySteps |= ofStep;
        return !tag.isEmpty() && step > (ofStep ? stepsInRun : epochs);
    }
}
