package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Targets and sample weights out of arrays, folders and tables. */
class TargetFilesTest {
    private static final ReadOptions TARGETS = ReadOptions.DEFAULT.withAnswers(Answers.TARGETS);
    private static final Dataset THREE = Dataset.ofFloats(new float[] {7, 8, 9}, 1, null);

    @TempDir
    private Path folder;

    private static float[] floats(FloatBuffer values) {
        float[] array = new float[values.remaining()];
        values.get(array);
        return array;
    }

    private Path file(String name, byte[] contents) {
        return TestFiles.write(folder, name, contents);
    }

    private static byte[] little(float... values) {
        return TestFiles.floats(ByteOrder.LITTLE_ENDIAN, values);
    }

    @Test
    void arraysOfAnyTypeAndShapeAreTargetsAsTheyAre() throws IOException {
        Map<byte[], Integer> arrays = new LinkedHashMap<>();
        arrays.put(TestFiles.npy("<f4", little(1, 2, 3), 3), 1);
        arrays.put(TestFiles.npy("<f4", little(1, 2, 3), 3, 1), 1);
        arrays.put(TestFiles.npy(">f8", TestFiles.doubles(ByteOrder.BIG_ENDIAN, 1, 2, 3, 4, 5, 6), 3, 2), 2);
        arrays.put(TestFiles.npy("|u1", TestFiles.bytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), 3, 2, 2), 4);
        arrays.put(TestFiles.gzip(TestFiles.npy("|u1", TestFiles.bytes(1, 2, 3), 3)), 1);
        arrays.put(TestFiles.idx(8, TestFiles.bytes(1, 2, 3), 3), 1);
        for (Map.Entry<byte[], Integer> array : arrays.entrySet()) {
            Dataset read = DataFiles.withTargets(THREE, file("t", array.getKey()));
            assertEquals(array.getValue(), read.outputs());
            float[] targets = floats(read.targets());
            assertEquals(3 * read.outputs(), targets.length);
            for (int i = 0; i < targets.length; i++) {
                assertEquals(i + 1f, targets[i]);
            }
        }
        byte[] fortran = TestFiles.concat(
                TestFiles.npyHead(1, TestFiles.dictionary("|u1", true, 3, 2)), TestFiles.bytes(1, 3, 5, 2, 4, 6));
        assertArrayEquals(
                new float[] {1, 2, 3, 4, 5, 6},
                floats(DataFiles.withTargets(THREE, file("f", fortran)).targets()));
    }

    @Test
    void membersOfAnNpzByTheirNames() throws IOException {
        byte[] x = TestFiles.npy("<f4", little(7, 8, 9), 3, 1);
        byte[] y = TestFiles.npy("<f4", little(0.5f, 1.5f, 2.5f), 3);
        byte[] weights = TestFiles.npy("|u1", TestFiles.bytes(0, 1, 2), 3);
        Path npz = file(
                "a.npz",
                TestFiles.npz(
                        true,
                        Map.of("x_train", x, "y_train", y, "x_test", x, "y_test", y, "w", weights, "strange", y)));
        TrainingData both = DataFiles.readFolder(npz, TARGETS);
        assertArrayEquals(new float[] {0.5f, 1.5f, 2.5f}, floats(both.training().targets()));
        assertArrayEquals(
                new float[] {0.5f, 1.5f, 2.5f},
                floats(both.evaluation().orElseThrow().targets()));
        assertFalse(both.training().hasLabels());
        Dataset named = DataFiles.withTargets(THREE, Path.of(npz + ":strange"));
        assertEquals(2.5f, named.targets().get(2));
        Dataset weighted = DataFiles.withSampleWeights(named, Path.of(npz + ":w"));
        assertArrayEquals(new float[] {0, 1, 2}, floats(weighted.sampleWeights().orElseThrow()));
        assertEquals(2.5f, weighted.targets().get(2));
        assertFalse(DataFiles.readFolder(npz, ReadOptions.DEFAULT.withAnswers(Answers.NONE))
                .training()
                .hasTargets());
    }

    @Test
    void foldersOfArraysWithTargetsOrWithoutAnything() throws IOException {
        file("x_train.npy", TestFiles.npy("<f4", little(7, 8, 9), 3, 1));
        ReadOptions nothing = ReadOptions.DEFAULT.withAnswers(Answers.NONE);
        assertEquals(3, DataFiles.readFolder(folder, nothing).training().size());
        file("y_train_label.npy", TestFiles.npy("|u1", TestFiles.bytes(0, 1, 2), 3));
        file("y_train.npy", TestFiles.npy("<f4", little(0.5f, 1.5f, 2.5f), 3));
        file("x_test.npy", TestFiles.npy("<f4", little(7), 1, 1));
        file("y_test.npy", TestFiles.npy("<f4", little(4.5f), 1));
        TrainingData read = DataFiles.readFolder(folder, TARGETS);
        assertArrayEquals(new float[] {0.5f, 1.5f, 2.5f}, floats(read.training().targets()));
        assertEquals(4.5f, DataFiles.readTest(folder, TARGETS).targets().get(0));
        assertEquals(
                2,
                DataFiles.read(
                                SampleFiles.of(folder.resolve("x_train.npy"), folder.resolve("y_train_label.npy")),
                                ReadOptions.DEFAULT)
                        .label(2));
    }

    @Test
    void columnsOfATableByNameOrNumber() throws IOException {
        Path train = file("train.csv", TestFiles.text("a,height,w,b,weight\n1,1.5,0.5,2,60\n3,1.75,0,4,70.5\n"));
        CsvOptions columns =
                CsvOptions.DEFAULT.withTargetColumns(List.of("-1", "height")).withWeightColumn("w");
        Path test = file("test.csv", TestFiles.text("height,b,weight,more,a\n1.25,6,50,0,5\n"));
        TrainingData read =
                DataFiles.read(SampleFiles.of(train), Optional.of(SampleFiles.of(test)), TARGETS.withCsv(columns));
        Dataset training = read.training();
        assertEquals(List.of("a", "b"), training.featureNames());
        assertEquals(List.of("weight", "height"), training.targetNames());
        assertArrayEquals(new float[] {60, 1.5f, 70.5f, 1.75f}, floats(training.targets()));
        assertArrayEquals(new float[] {0.5f, 0}, floats(training.sampleWeights().orElseThrow()));
        assertArrayEquals(new float[] {3, 4}, training.sample(1));
        Dataset other = read.evaluation().orElseThrow();
        assertArrayEquals(new float[] {50, 1.25f}, floats(other.targets()));
        assertArrayEquals(new float[] {5, 6}, other.sample(0));
        Path bare = file("bare.csv", TestFiles.text("1,10,2\n3,20,4\n"));
        Dataset numbered = DataFiles.read(bare, TARGETS.withCsv(CsvOptions.DEFAULT.withTargetColumns(List.of("1"))));
        assertEquals(List.of(), numbered.targetNames());
        assertArrayEquals(new float[] {10, 20}, floats(numbered.targets()));
    }

    @Test
    void weightsBesideLabelsOfATable() throws IOException {
        Path table = file("t.csv", TestFiles.text("a,kind,w\n1,x,2\n3,y,0\n"));
        Dataset read = DataFiles.read(
                table, ReadOptions.DEFAULT.withLabelColumn("kind").withCsv(CsvOptions.DEFAULT.withWeightColumn("2")));
        assertEquals(1, read.features());
        assertEquals(2, read.classes());
        assertArrayEquals(new float[] {2, 0}, floats(read.sampleWeights().orElseThrow()));
    }

    @Test
    void arraysThatDoNotFitAreRefused() {
        refuses("t", TestFiles.npy("<f4", little(1, 2), 2), "it has 2 targets, but there are 3 samples");
        refuses("t", TestFiles.npy("<f4", little(1, 2, 3, 4, Float.NaN, 6), 3, 2), "sample 2, output 0 is NaN");
        refuses(
                "t",
                TestFiles.npy("<f8", TestFiles.doubles(ByteOrder.LITTLE_ENDIAN, 1, -1e300, 3), 3),
                "sample 1, output 0 is -1.0E300");
        refuses("w", TestFiles.npy("<f4", little(1, 2, -3), 3), "that of sample 2 is -3.0");
        refuses("w", TestFiles.npy("<f4", little(1, 2, 3, 4, 5, 6), 3, 2), "its shape is [3, 2], but sample weights");
        refuses("w", TestFiles.npy("<f4", little(1), 1), "it has 1 sample weights, but there are 3 samples");
    }

    private void refuses(String name, byte[] contents, String what) {
        Path file = file(name, contents);
        WrongFilesTest.assertSentence(file, what, () -> {
            if (name.equals("t")) {
                DataFiles.withTargets(THREE, file);
            } else {
                DataFiles.withSampleWeights(THREE, file);
            }
        });
    }

    @Test
    void tablesThatDoNotFitAreRefused() {
        refusesTable("a,y\n1,2\n3,x\n", "line 3, column 'y': 'x' is no finite float32 number; correct it", "y");
        refusesTable("a,y\n1,\n3,4\n", "line 2, column 'y': '' is no finite float32 number; fill it in", "y");
        refusesTable("a,y\n1,2\n", "it has no column 'z'; its columns are [a, y]; name one of them as the target", "z");
        refusesTable("a,y\n1,2\n", "column 'y' is named twice among labels, targets and weights", "y", "1");
        refusesTable("a,y,y\n1,2,3\n", "two columns are called 'y'", "y");
        refusesTable("a,y\n1,2\n", "it has no column beside those of the targets", "a", "y");
        refusesTable("a,y\n1,2\n", "the target columns of this CSV are not told; name them");
        Path negative = file("n.csv", TestFiles.text("a,y,w\n1,2,3\n1,2,-3\n"));
        CsvOptions columns = CsvOptions.DEFAULT.withTargetColumns(List.of("y")).withWeightColumn("w");
        WrongFilesTest.assertSentence(
                negative,
                "line 3, column 'w': the weight is -3, but weights are 0 or more",
                () -> DataFiles.read(negative, TARGETS.withCsv(columns)));
    }

    private void refusesTable(String text, String what, String... targets) {
        Path file = file("t.csv", TestFiles.text(text));
        CsvOptions columns = CsvOptions.DEFAULT.withTargetColumns(List.of(targets));
        WrongFilesTest.assertSentence(file, what, () -> DataFiles.read(file, TARGETS.withCsv(columns)));
    }

    @Test
    void aTestSetOfOtherOutputsIsRefused() {
        file("x_train.npy", TestFiles.npy("<f4", little(7, 8), 2, 1));
        file("y_train.npy", TestFiles.npy("<f4", little(1, 2), 2));
        file("x_test.npy", TestFiles.npy("<f4", little(7), 1, 1));
        file("y_test.npy", TestFiles.npy("<f4", little(1, 2), 1, 2));
        WrongFilesTest.assertSentence(
                Path.of("the test set"),
                "has 2 targets a sample, but the training set has 1",
                () -> DataFiles.readFolder(folder, TARGETS));
    }
}
