package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever bytes a file holds, reading it gives a data set or a {@link DataFormatException}. */
class MutatedFilesPropertyTest {
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

    private static Path folder;
    private static Path images;
    private static Path labels;

    private static Map<String, byte[]> members() {
        Map<String, byte[]> members = new LinkedHashMap<>();
        members.put("x_train", NPY);
        members.put("y_train", LABELS);
        return members;
    }

    /** One change of a file: bytes replaced, cut out or put in at a place. */
    private record Edit(double place, int removed, byte[] inserted) {
        byte[] apply(byte[] bytes) {
            int at = (int) (place * bytes.length);
            int after = Math.min(bytes.length, at + removed);
            return TestFiles.concat(Arrays.copyOf(bytes, at), inserted, Arrays.copyOfRange(bytes, after, bytes.length));
        }
    }

    @BeforeContainer
    static void makeFolder() throws IOException {
        folder = Files.createTempDirectory("mutated");
        images = TestFiles.write(folder, "images", IDX);
        labels = TestFiles.write(folder, "labels", LABELS);
    }

    @AfterContainer
    static void removeFolder() throws IOException {
        for (String name : List.of("file", "images", "labels")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.delete(folder);
    }

    @Provide
    Arbitrary<byte[]> mutated() {
        Arbitrary<byte[]> inserted = Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(8),
                Arbitraries.of((byte) 0, (byte) -1, (byte) '9', (byte) '-', (byte) '"', (byte) ',')
                        .array(byte[].class)
                        .ofMaxSize(12));
        Arbitrary<Edit> edit = Combinators.combine(
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.integers().between(0, 12),
                        inserted)
                .as(Edit::new);
        return Combinators.combine(
                        Arbitraries.of(VALID), edit.list().ofMinSize(1).ofMaxSize(3))
                .as((valid, edits) -> {
                    byte[] bytes = valid;
                    for (Edit each : edits) {
                        bytes = each.apply(bytes);
                    }
                    return bytes;
                });
    }

    @Property(tries = 2000)
    void readingNeverFailsInAnotherWay(@ForAll("mutated") byte[] contents) throws IOException {
        Path file = TestFiles.write(folder, "file", contents);
        readOrRefuse(() -> DataFiles.readImages(file));
        readOrRefuse(() -> DataFiles.read(images, file));
        readOrRefuse(() -> DataFiles.read(file, labels));
        readOrRefuse(() -> DataFiles.read(file, ReadOptions.DEFAULT.withLabelColumn("y")));
        readOrRefuse(() -> DataFiles.read(file, ReadOptions.DEFAULT));
    }

    @Property(tries = 1000)
    void anyBytes(@ForAll byte[] contents) throws IOException {
        Path file = TestFiles.write(folder, "file", contents);
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
