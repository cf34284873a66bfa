package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.fuzz.RandomCase;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever bytes a file holds, reading it gives a data set or a {@link DataFormatException}. */
class MutatedFilesTest {
    private static final byte[] NPY =
            TestFiles.npy("<f4", TestFiles.floats(ByteOrder.LITTLE_ENDIAN, 1, 2, 3, 4, 5, 6), 3, 2);
    private static final byte[] LABELS = TestFiles.npy("<i2", TestFiles.bytes(0, 0, 1, 0, 2, 0), 3);
    private static final byte[] IDX = TestFiles.idx(8, TestFiles.bytes(1, 2, 3, 4, 5, 6), 3, 2);
    private static final byte[] CSV = TestFiles.text("a,y,\"b\"\r\n1,0,2.5\r\n3,\"1\",-4e2\r\n5,2,6\r\n");
    private static final List<byte[]> VALID = List.of(
            NPY,
            LABELS,
            IDX,
            CSV,
            TestFiles.gzip(NPY),
            TestFiles.gzip(IDX),
            TestFiles.gzip(CSV),
            TestFiles.npz(false, members()),
            TestFiles.npz(true, members()));

    @TempDir
    private static Path folder;

    private static Path images;
    private static Path labels;

    private static Map<String, byte[]> members() {
        Map<String, byte[]> members = new LinkedHashMap<>();
        members.put("x_train", NPY);
        members.put("y_train", LABELS);
        return members;
    }

    @BeforeAll
    static void write() throws IOException {
        images = TestFiles.write(folder, "images", IDX);
        labels = TestFiles.write(folder, "labels", LABELS);
    }

    @Test
    void readingNeverFailsInAnotherWay() {
        RandomCase.test(2000, MutatedFilesTest::aChangedFileIsReadOrRefused);
    }

    private static void aChangedFileIsReadOrRefused(RandomCase input) throws IOException {
        byte[] valid = VALID.get(input.index("file", VALID.size()));
        Path file = TestFiles.write(folder, "file", input.changed("contents", valid, "\0\3779-\","));
        readOrRefuse(() -> DataFiles.readImages(file));
        readOrRefuse(() -> DataFiles.read(images, file));
        readOrRefuse(() -> DataFiles.read(file, labels));
        readOrRefuse(() -> DataFiles.read(file, ReadOptions.DEFAULT.withLabelColumn("y")));
        readOrRefuse(() -> DataFiles.read(file, ReadOptions.DEFAULT));
    }

    @Test
    void anyBytes() {
        RandomCase.test(1000, MutatedFilesTest::anyBytesAreReadOrRefused);
    }

    private static void anyBytesAreReadOrRefused(RandomCase input) throws IOException {
        Path file = TestFiles.write(folder, "file", input.bytes("contents", 0, 255));
        readOrRefuse(() -> DataFiles.readImages(file));
        readOrRefuse(() -> DataFiles.read(file, ReadOptions.DEFAULT.withLabelColumn("y")));
    }

    private interface Read {
        Dataset read() throws IOException;
    }

    private static void readOrRefuse(Read reading) throws IOException {
        try (Dataset set = reading.read()) {
            assertTrue(set.size() > 0);
            for (float value : set.sample(set.size() - 1)) {
                assertTrue(Float.isFinite(value));
            }
        } catch (DataFormatException e) {
            assertFalse(e.getMessage().contains("\n"), e.getMessage());
            assertTrue(e.getMessage().endsWith("."), e.getMessage());
        }
    }
}
