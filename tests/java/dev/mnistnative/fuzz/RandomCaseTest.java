package dev.mnistnative.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RandomCaseTest {
    @Test
    void aFailureTellsItsInputAndTheSeedThatRepeatsIt() {
        List<Integer> first = new ArrayList<>();
        AssertionError failure = assertThrows(
                AssertionError.class,
                () -> RandomCase.test(100, 42, input -> failFromTheThirdOn(first, input.integer("n", 0, 1_000_000))));
        assertEquals(
                "case 3 of 100: n = " + first.get(2) + " (-Dmn.test.seed=42 repeats it): "
                        + "java.lang.IllegalStateException: wrong",
                failure.getMessage());
        List<Integer> again = new ArrayList<>();
        assertThrows(
                AssertionError.class,
                () -> RandomCase.test(100, 42, input -> failFromTheThirdOn(again, input.integer("n", 0, 1_000_000))));
        assertEquals(first, again);
    }

    private static void failFromTheThirdOn(List<Integer> seen, int n) {
        seen.add(n);
        if (seen.size() == 3) {
            throw new IllegalStateException("wrong");
        }
    }

    @Test
    void bothEndsAndWhatLiesBetweenAreDrawn() {
        Set<Integer> seen = new TreeSet<>();
        RandomCase.test(1000, input -> {
            seen.add(input.integer("n", -3, 3));
            double number = input.number("x", -0.5, 2);
            assertTrue(number >= -0.5 && number <= 2);
            assertEquals(2, input.bytes("b", 2, 2).length);
        });
        assertEquals(Set.of(-3, -2, -1, 0, 1, 2, 3), seen);
    }

    @Test
    void aFileIsChangedInPlacesOnly() {
        byte[] file = new byte[100];
        Set<Integer> lengths = new TreeSet<>();
        RandomCase.test(1000, input -> {
            byte[] changed = input.changed("file", file, "9");
            lengths.add(changed.length);
            assertTrue(Math.abs(changed.length - file.length) <= 3 * 12);
        });
        assertTrue(lengths.size() > 20, lengths::toString);
        assertArrayEquals(new byte[100], file);
    }
}
