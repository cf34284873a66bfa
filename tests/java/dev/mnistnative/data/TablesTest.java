package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables as people have them: with or without a header, whichever order and delimiter. */
class TablesTest {
    private static final String IRIS = "5.1,3.5,Iris-setosa\n7.0,3.2,Iris-versicolor\n6.3,3.3,Iris-virginica\n\n";

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    private ReadOptions options(String labelColumn) {
        return ReadOptions.DEFAULT.withLabelColumn(labelColumn).withNotes(notes::add);
    }

    private Dataset read(String text, ReadOptions options) throws IOException {
        return DataFiles.read(TestFiles.write(folder, "t.csv", TestFiles.text(text)), options);
    }

    private void assertNoted(String part) {
        assertTrue(notes.stream().anyMatch(note -> note.contains(part)), notes::toString);
    }

    private void assertRefused(String text, ReadOptions options, String fault) throws IOException {
        Path file = TestFiles.write(folder, "t.csv", TestFiles.text(text));
        WrongFilesTest.assertSentence(file, fault, () -> DataFiles.read(file, options));
    }

    @Test
    void theTestSetsColumnsAreFoundByName() throws IOException {
        Path train = TestFiles.write(folder, "train.csv", TestFiles.text("a,b,y\n1,2,0\n3,4,1\n"));
        Path test = TestFiles.write(folder, "test.csv", TestFiles.text("id,y,b,a\n17,1,20,10\n18,0,40,30\n"));
        try (TrainingData sets =
                DataFiles.read(SampleFiles.of(train), Optional.of(SampleFiles.of(test)), options("y"))) {
            Dataset evaluated = sets.evaluation().orElseThrow();
            assertArrayEquals(new float[] {10, 20}, evaluated.sample(0));
            assertArrayEquals(new int[] {1, 0}, TestFiles.labels(evaluated));
            assertEquals(List.of("a", "b"), evaluated.featureNames());
        }
        assertNoted("the column [id] is none of the model's features and left out");
    }

    @Test
    void aMissingColumnIsNamedWithThoseOfTheFile() throws IOException {
        assertRefused(
                "a,c,y\n1,2,0\n",
                options("y").withFeatureNames(List.of("a", "b")),
                "no column 'b'; its columns are [a, c, y]");
    }

    @Test
    void aTableWithoutHeaderIsReadByPositionAndThatIsSaid() throws IOException {
        try (Dataset set = read("1,2\n3,4\n", options("1").withFeatureNames(List.of("a")))) {
            assertArrayEquals(new float[] {1}, set.sample(0));
        }
        assertNoted("taken in the order of the model's features");
        assertRefused(
                "1,2,3\n3,4,5\n",
                options("2").withFeatureNames(List.of("a")),
                "no header and 2 columns, but the model");
    }

    @Test
    void aTableWithoutHeaderLosesNoSample() throws IOException {
        try (Dataset set = read(IRIS, options("-1"))) {
            assertEquals(3, set.size());
            assertArrayEquals(new float[] {5.1f, 3.5f}, set.sample(0));
            assertEquals(List.of("Iris-setosa", "Iris-versicolor", "Iris-virginica"), set.classNames());
            assertEquals(List.of(), set.featureNames());
        }
        assertNoted("taken for a table without a header");
    }

    @Test
    void theLabelMayStandFirst() throws IOException {
        try (Dataset set = read("7,0,255,3\n2,1,2,3\n", options("0"))) {
            assertArrayEquals(new int[] {7, 2}, TestFiles.labels(set));
            assertArrayEquals(new float[] {0, 255, 3}, set.sample(0));
        }
    }

    @Test
    void theCallerDecidesOnTheHeader() throws IOException {
        ReadOptions names = options(null).withCsv(CsvOptions.DEFAULT.withHeader(CsvOptions.Header.YES));
        Path file = TestFiles.write(folder, "t.csv", TestFiles.text("1,2\n3,4\n"));
        try (Dataset set = DataFiles.readImages(file, names)) {
            assertEquals(1, set.size());
            assertEquals(List.of("1", "2"), set.featureNames());
        }
        ReadOptions none = options(null).withCsv(CsvOptions.DEFAULT.withHeader(CsvOptions.Header.NO));
        try (Dataset set = DataFiles.readImages(file, none)) {
            assertEquals(2, set.size());
        }
        assertRefused(
                "x,2,3,y\n4,5,6,0\n",
                options(null).withLabelColumn("3"),
                "whether its first line is a header is unclear");
    }

    @Test
    void pandasNumbersAsNamesAreAHeader() throws IOException {
        try (Dataset set = read("label,0,1,2,3,4\n1,9,8,7,6,5\n", options("label"))) {
            assertEquals(1, set.size());
            assertEquals(List.of("0", "1", "2", "3", "4"), set.featureNames());
        }
        try (Dataset set = read("0,1,2,3,4,5\n1,9,8,7,6,5\n", options("0"))) {
            assertEquals(1, set.size());
        }
        assertNoted("counts 0, 1, 2, … and is taken for a header");
    }

    @Test
    void anIndexBesideColumnsThatAreNumbersIsLeftOutByItsName() throws IOException {
        String text = ",0,1,2\n0,5,9,1\n1,6,9,0\n2,7,9,1\n"; // DataFrame(…).to_csv()
        try (Dataset set = read(text, options("2"))) {
            assertEquals(List.of("Unnamed: 0", "0", "1"), set.featureNames());
        }
        assertNoted("--drop-columns \"Unnamed: 0\"");
        CsvOptions drop = CsvOptions.DEFAULT.withDropColumns(List.of("Unnamed: 0"));
        try (Dataset set = read(text, options("2").withCsv(drop))) {
            assertEquals(List.of("0", "1"), set.featureNames());
        }
    }

    @Test
    void aNamelessIndexIsNotedAndCanBeLeftOut() throws IOException {
        String text = ",a,y\n0,5,1\n1,6,0\n2,7,1\n";
        try (Dataset set = read(text, options("y"))) {
            assertEquals(List.of("Unnamed: 0", "a"), set.featureNames());
        }
        assertNoted("column 'Unnamed: 0' counts 0, 1, 2, …");
        assertNoted("--drop-columns 0");
        for (String column : List.of("Unnamed: 0", "0", "")) {
            notes.clear();
            CsvOptions drop = CsvOptions.DEFAULT.withDropColumns(List.of(column));
            try (Dataset set = read(text, options("y").withCsv(drop))) {
                assertEquals(List.of("a"), set.featureNames());
                assertEquals(List.of(), notes);
            }
        }
        CsvOptions wrong = CsvOptions.DEFAULT.withDropColumns(List.of("z"));
        assertRefused(text, options("y").withCsv(wrong), "no column 'z'");
    }

    @ParameterizedTest
    @ValueSource(strings = {";", "\t", "|", " "})
    void delimitersAreFoundOut(String delimiter) throws IOException {
        String text = "a,b,y\n1.5,2,0\n3,-4e0,1\n".replace(",", delimiter);
        try (Dataset set = read(text, options("y"))) {
            assertArrayEquals(new float[] {3, -4}, set.sample(1));
            assertArrayEquals(new int[] {0, 1}, TestFiles.labels(set));
        }
        assertNoted("separated by");
    }

    @Test
    void commasInQuotesAndTextsDoNotMislead() throws IOException {
        try (Dataset set = read("a;b,y\n\"1\",2\n3,4\n", options("y"))) {
            assertEquals(List.of("a;b"), set.featureNames());
            assertEquals(List.of(), notes);
        }
        CsvOptions bar = CsvOptions.DEFAULT.withDelimiter('|');
        try (Dataset set = read("a|y\n1|0\n", options("y").withCsv(bar))) {
            assertEquals(1, set.size());
        }
    }

    @Test
    void numpysOwnForm() throws IOException {
        String text = "# a b label\n1.000000000000000000e+00 2.5e-01 3.000000000000000000e+00\n"
                + "0.000000000000000000e+00 -5.0e-01 1.100000000000000000e+01\n# the end\n";
        try (Dataset set = read(text, options("label"))) {
            assertArrayEquals(new int[] {3, 11}, TestFiles.labels(set));
            assertEquals(List.of("a", "b"), set.featureNames());
            assertArrayEquals(new float[] {1, 0.25f}, set.sample(0));
        }
        assertNoted("taken from the comment");
        assertNoted("1 line below the first that begin with #");
    }

    @Test
    void blankLinesAndTrailingDelimiters() throws IOException {
        try (Dataset set = read("\n\r\na,y,\n1,0,\n   \n2,1,\n", options("y"))) {
            assertEquals(List.of("a"), set.featureNames());
            assertArrayEquals(new int[] {0, 1}, TestFiles.labels(set));
        }
    }

    @Test
    void decimalCommasAndOtherEncodingsAreNamed() throws IOException {
        assertRefused(
                "a;y\n5,1;0\n6,2;1\n",
                options("y"),
                "line 2, column 'a': '5,1' has a decimal comma; write numbers with a");
        assertRefused("a,y\n\"5,1\",0\n", options("y"), "has a decimal comma");
        byte[] utf16 = "\uFEFFa,y\n1,0\n".getBytes(StandardCharsets.UTF_16LE);
        Path file = TestFiles.write(folder, "u.csv", utf16);
        WrongFilesTest.assertSentence(file, "UTF-16", () -> DataFiles.read(file, options("y")));
        Path big = TestFiles.write(folder, "b.csv", "a,y\n1,0\n".getBytes(StandardCharsets.UTF_16BE));
        WrongFilesTest.assertSentence(big, "UTF-16", () -> DataFiles.read(big, options("y")));
    }

    static Stream<Arguments> labels() {
        return Stream.of(
                Arguments.of("3.000000000000000000e+00 11 2.0 +1", List.of(), List.of(3, 11, 2, 1), List.of()),
                Arguments.of(
                        "1 2 4 1.0", List.of("1", "2", "3", "4"), List.of(0, 1, 3, 0), List.of("1", "2", "3", "4")),
                Arguments.of("0 1 2", List.of("a", "b", "c"), List.of(0, 1, 2), List.of("a", "b", "c")),
                Arguments.of("b a -100", List.of(), List.of(1, 0, -100), List.of("a", "b")),
                Arguments.of("A 10 9 10.0", List.of(), List.of(2, 0, 1, 0), List.of("10", "9", "A")));
    }

    @ParameterizedTest
    @MethodSource("labels")
    void labelsAreDecidedPerValue(String texts, List<String> names, List<Integer> expected, List<String> classes)
            throws IOException {
        StringBuilder table = new StringBuilder("x,y\n");
        for (String text : texts.split(" ")) {
            table.append("1,").append(text).append('\n');
        }
        try (Dataset set = read(table.toString(), options("y").withClassNames(names))) {
            assertArrayEquals(expected.stream().mapToInt(i -> i).toArray(), TestFiles.labels(set));
            assertEquals(classes, set.classNames());
        }
    }

    @Test
    void labelsThatAreUnclearAreToldOrRefused() throws IOException {
        List<String> names = List.of("1", "2", "3", "4");
        assertRefused(
                "x,y\n1,4\n1,0\n", options("y").withClassNames(names), "line 3: the label is '0', which is not among");
        assertRefused("x,y\n1,4\n1,nan\n", options("y"), "line 3: the label is 'nan', but others are numbers");
        assertRefused("x,y\n1,4\n\n1, \n", options("y"), "line 4: the label is empty");
        assertRefused("x,y\n1,0.5\n", options("y"), "line 2: the label is 0.5, but labels are whole numbers");
        assertRefused("x,y\n1,1000000000\n", options("y"), "where the number of classes is not told");
        try (Dataset set = read("x,y\n1,A\n1,7\n", options("y"))) {
            assertEquals(List.of("7", "A"), set.classNames());
        }
        assertNoted("among its labels are texts and numbers (7)");
    }

    @Test
    void oneHotLabelColumns() throws IOException {
        try (Dataset set = read("cat,x,dog\n0,5,1\n1,6,0\n", options("cat,dog"))) {
            assertArrayEquals(new int[] {1, 0}, TestFiles.labels(set));
            assertEquals(List.of("cat", "dog"), set.classNames());
            assertEquals(List.of("x"), set.featureNames());
        }
        assertNoted("one-hot");
        assertRefused("cat,x,dog\n0,5,1\n1,6,1\n", options("cat,dog"), "line 3: the label columns are no one-hot row");
    }
}
