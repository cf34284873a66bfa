package dev.mnistnative.report.files;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

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
        } catch (IOException e) { // no event: not ours
            return Files.size(file);
        }
    }

    /** Whether a file's first record tells our name. */
    private static boolean isOurs(byte[] record) throws IOException {
        CodedInputStream event = CodedInputStream.newInstance(record);
        for (int key = event.readTag(); key != 0; key = event.readTag()) {
            if (WireFormat.getTagFieldNumber(key) == EventFile.EVENT_SOURCE) {
                return text(event.readByteArray(), EventFile.SOURCE_WRITER).equals(EventFile.WRITER);
            }
            event.skipField(key);
        }
        return false;
    }

    /** A message's first text of that field; "" if it has none. */
    private static String text(byte[] message, int field) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(message);
        for (int key = in.readTag(); key != 0; key = in.readTag()) {
            if (WireFormat.getTagFieldNumber(key) == field) {
                return in.readString();
            }
            in.skipField(key);
        }
        return "";
    }

    private boolean comesAgain(byte[] record) throws IOException {
        CodedInputStream event = CodedInputStream.newInstance(record);
        long step = 0;
        String tag = "";
        for (int key = event.readTag(); key != 0; key = event.readTag()) {
            int field = WireFormat.getTagFieldNumber(key);
            if (field == EventFile.EVENT_STEP) {
                step = event.readInt64();
            } else if (field == EventFile.EVENT_SUMMARY) {
                tag = tag(event.readByteArray());
            } else {
                event.skipField(key);
            }
        }
        boolean ofStep = tag.startsWith(TensorBoardEvents.STEP_CURVES);
        anySteps |= ofStep;
        return !tag.isEmpty() && step > (ofStep ? stepsInRun : epochs);
    }

    /** The curve of a summary's first value. */
    private static String tag(byte[] summary) throws IOException {
        CodedInputStream values = CodedInputStream.newInstance(summary);
        for (int key = values.readTag(); key != 0; key = values.readTag()) {
            if (WireFormat.getTagFieldNumber(key) == EventFile.SUMMARY_VALUE) {
                return text(values.readByteArray(), EventFile.VALUE_TAG);
            }
            values.skipField(key);
        }
        return "";
    }
}
