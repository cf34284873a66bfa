package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OneHotTest {
    private static final int[] LABELS = {5, 0, 4, 1, 9};

    @Test
    void asPyTorchMakesIt() throws IOException {
        assertMatrix("one_hot", OneHot.encode(LABELS));
        assertMatrix("one_hot", OneHot.encode(LABELS, 10));
        assertMatrix("one_hot_12", OneHot.encode(LABELS, 12));
    }

    @Test
    void aRowHasItsOne() {
        assertArrayEquals(new int[][] {{0, 0, 1}, {1, 0, 0}}, OneHot.encode(new int[] {2, 0}));
        assertEquals(0, OneHot.encode(new int[0]).length);
    }

    @Test
    void labelsOutsideTheClasses() {
        assertThrows(IllegalArgumentException.class, () -> OneHot.encode(LABELS, 9));
        assertThrows(IllegalArgumentException.class, () -> OneHot.encode(new int[] {0, -100}, 10));
    }

    /** Holds a matrix against the member of the golden file, which is one of int64. */
    private static void assertMatrix(String member, int[][] matrix) throws IOException {
        try (Dataset golden = DataFiles.readImages(Path.of("tests/golden/one_hot.npz:" + member))) {
            assertEquals(golden.size(), matrix.length);
            for (int i = 0; i < matrix.length; i++) {
                float[] row = golden.sample(i);
                assertEquals(row.length, matrix[i].length);
                for (int c = 0; c < row.length; c++) {
                    assertEquals(row[c], matrix[i][c]);
                }
            }
        }
    }
}
