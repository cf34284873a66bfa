package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CsvTest {
    @TempDir
    Path folder;

    @Test
    void numbersAndClassNumbers() throws IOException {
        try (Dataset set = readCsv("a,label,b\n1,2,3\n-4.5,0, 1e3 \n.5,1,+7.\n", "label")) {
            assertEquals(3, set.size());
            assertEquals(PixelType.FLOAT32, set.pixelType());
            assertArrayEquals(new int[] {2}, set.sampleShape());
            assertArrayEquals(new float[] {1, 3}, set.sample(0));
            assertArrayEquals(new float[] {-4.5f, 1000}, set.sample(1));
            assertArrayEquals(new float[] {0.5f, 7}, set.sample(2));
            assertArrayEquals(new int[] {2, 0, 1}, TestFiles.labels(set));
            assertEquals(3, set.classes());
            assertEquals(List.of(), set.classNames());
        }
    }

    @Test
    void namesAreNumberedInTheirOrder() throws IOException {
        try (Dataset set = readCsv("x,kind\n1,virginica\n2,setosa\n3,virginica\n4,versicolor\n", "kind")) {
            assertEquals(List.of("setosa", "versicolor", "virginica"), set.classNames());
            assertArrayEquals(new int[] {2, 0, 2, 1}, TestFiles.labels(set));
            assertEquals(3, set.classes());
            assertEquals(set.classNames(), set.limit(1).classNames());
        }
    }

    @Test
    void quotesLineEndsAndTheByteOrderMark() throws IOException {
        String text = "\uFEFF\"a \"\"b\"\"\",\"kind\"\r\n\"1\",\"x, y\"\r\n\r\n2,\"line\nbreak\"";
        try (Dataset set = readCsv(text, "kind")) {
            assertEquals(List.of("line\nbreak", "x, y"), set.classNames());
            assertArrayEquals(new int[] {1, 0}, TestFiles.labels(set));
            assertArrayEquals(new float[] {2}, set.sample(1));
        }
    }

    @Test
    void ignoredLabelsAndTestSetsWithTheTrainingSetsNames() throws IOException {
        try (Dataset set = readCsv("x,y\n1,-100\n2,3\n", "y")) {
            assertArrayEquals(new int[] {-100, 3}, TestFiles.labels(set));
            assertEquals(4, set.classes());
        }
        Path file = TestFiles.write(folder, "test.csv", TestFiles.text("x,y\n1,c\n2,a\n"));
        ReadOptions options = ReadOptions.DEFAULT.withLabelColumn("y").withClassNames(List.of("a", "b", "c"));
        try (Dataset set = DataFiles.read(file, options)) {
            assertArrayEquals(new int[] {2, 0}, TestFiles.labels(set));
            assertEquals(3, set.classes());
        }
        WrongFilesTest.assertSentence(
                file,
                "line 2: the label is 'c', which is not among the classes [a, b]",
                () -> DataFiles.read(file, options.withClassNames(List.of("a", "b"))));
    }

    @Test
    void theTestSetIsNumberedAsTheTrainingSet() throws IOException {
        Path train = TestFiles.write(folder, "train.csv", TestFiles.text("x,y\n1,a\n2,b\n3,c\n"));
        Path test = TestFiles.write(folder, "test.csv", TestFiles.text("x,y\n1,c\n"));
        ReadOptions options = ReadOptions.DEFAULT.withLabelColumn("y");
        try (TrainingData sets = DataFiles.read(SampleFiles.of(train), Optional.of(SampleFiles.of(test)), options)) {
            assertEquals(2, sets.evaluation().orElseThrow().label(0));
            assertEquals(
                    sets.training().classNames(),
                    sets.evaluation().orElseThrow().classNames());
        }
        assertEquals(
                Optional.empty(),
                DataFiles.read(SampleFiles.of(train), Optional.empty(), options).evaluation());
        Path other = TestFiles.write(folder, "other.csv", TestFiles.text("x,y\n1,d\n"));
        WrongFilesTest.assertSentence(
                other,
                "not among the classes",
                () -> DataFiles.read(SampleFiles.of(train), Optional.of(SampleFiles.of(other)), options));
    }

    @Test
    void gzippedAndWithoutLabels() throws IOException {
        Path file = TestFiles.write(folder, "x", TestFiles.gzip(TestFiles.text("a,b\n1,2\n3,4")));
        try (Dataset set = DataFiles.readImages(file)) {
            assertEquals(0, set.classes());
            assertArrayEquals(new float[] {3, 4}, set.sample(1));
        }
        WrongFilesTest.assertSentence(
                file, "the label column of this CSV is not told", () -> DataFiles.read(file, ReadOptions.DEFAULT));
    }

    @Test
    void growsBeyondItsFirstMemory() throws IOException {
        StringBuilder text = new StringBuilder("a,b,y\n");
        for (int i = 0; i < 40_000; i++) {
            text.append(i).append(',').append(i + 0.5).append(',').append(i % 7).append('\n');
        }
        try (Dataset set = readCsv(text.toString(), "y")) {
            assertEquals(40_000, set.size());
            assertEquals(40_000 * 12, set.nativeBytes());
            for (int i = 0; i < 40_000; i++) {
                assertArrayEquals(new float[] {i, i + 0.5f}, set.sample(i));
                assertEquals(i % 7, set.label(i));
            }
        }
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("a,b\n1,2\n", "it has no column 'y'; its columns are [a, b]"),
                Arguments.of("y,y\n1,2\n", "two columns are called 'y'"),
                Arguments.of("y\n1\n", "no column beside the label column"),
                Arguments.of("a,y\n", "a header but no rows"),
                Arguments.of("\n\n", "it is empty"),
                Arguments.of("a,y\n1,2\n3\n", "line 3 has 1 fields where the header has 2"),
                Arguments.of("a,y\n1,2,3\n", "line 2 has more than 2 fields where the header has 2"),
                Arguments.of("a,y\n1,2\nfoo,3\n", "line 3, column 'a': 'foo' is no finite float32 number"),
                Arguments.of("a,y\n,2\n", "'' is no finite"),
                Arguments.of("a,y\nNaN,2\n", "'NaN' is no finite"),
                Arguments.of("a,y\n1e39,2\n", "'1e39' is no finite"),
                Arguments.of("a,y\n1f,2\n", "'1f' is no finite"),
                Arguments.of("a,y\n0x1p3,2\n", "'0x1p3' is no finite"),
                Arguments.of("a,y\n1,\n", "line 2: the label is empty"),
                Arguments.of("a,y\n1,-3\n", "line 2: the label is -3"),
                Arguments.of("a,y\n1,1.0\n2,99999999999\n", "line 3: the label is 99999999999"),
                Arguments.of("a,y\n\"1,2\n", "a quoted field does not end"),
                Arguments.of("a,y\n\"1\"0,2\n", "text follows a closing quote"),
                Arguments.of("a,y\n1\"0,2\n", "line 2, column 'a': '1\"0' is no finite"),
                Arguments.of("a,y\n" + "1".repeat(1 << 21) + ",2\n", "a field is longer than"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongTables(String text, String fault) throws IOException {
        Path file = TestFiles.write(folder, "t.csv", TestFiles.text(text));
        WrongFilesTest.assertSentence(
                file, fault, () -> DataFiles.read(file, ReadOptions.DEFAULT.withLabelColumn("y")));
    }

    @Test
    void onlyUtf8() throws IOException {
        byte[] latin = TestFiles.concat(TestFiles.text("a,y\n1,caf"), TestFiles.bytes(0xe9, '\n'));
        Path file = TestFiles.write(folder, "latin.csv", latin);
        WrongFilesTest.assertSentence(
                file, "not UTF-8 text", () -> DataFiles.read(file, ReadOptions.DEFAULT.withLabelColumn("y")));
    }

    private Dataset readCsv(String text, String labelColumn) throws IOException {
        return DataFiles.read(
                TestFiles.write(folder, "t.csv", TestFiles.text(text)),
                ReadOptions.DEFAULT.withLabelColumn(labelColumn));
    }
}
