package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.fuzz.RandomCase;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleOrderTest {
    /** The first outputs for seed 1234567, as published with the generator's other implementations. */
    @Test
    void theGeneratorIsSplitMix64() {
        SplitMix64 random = new SplitMix64(1234567);
        String[] expected = {
            "6457827717110365317",
            "3203168211198807973",
            "9817491932198370423",
            "4593380528125082431",
            "16408922859458223821"
        };
        for (String value : expected) {
            assertEquals(value, Long.toUnsignedString(random.next()));
        }
    }

    @Test
    void aStreamBeginsAtAnOutput() {
        SplitMix64 outer = new SplitMix64(99);
        for (int index = 0; index < 5; index++) {
            assertEquals(
                    new SplitMix64(outer.next()).next(),
                    SplitMix64.stream(99, index).next());
        }
    }

    @Test
    void aPermutation() {
        RandomCase.test(1000, SampleOrderTest::aPermutation);
    }

    private static void aPermutation(RandomCase input) {
        int n = input.integer("n", 0, 3000);
        long seed = input.anyLong("seed");
        int epoch = input.integer("epoch", 0, 1000);
        int[] order = SampleOrder.shuffled(n, seed, epoch);
        int[] sorted = order.clone();
        Arrays.sort(sorted);
        assertArrayEquals(IntStream.range(0, n).toArray(), sorted);
        assertArrayEquals(order, SampleOrder.shuffled(n, seed, epoch));
    }

    @Test
    void dependsOnSeedAndEpoch() {
        RandomCase.test(1000, SampleOrderTest::dependsOnSeedAndEpoch);
    }

    private static void dependsOnSeedAndEpoch(RandomCase input) {
        long seed = input.anyLong("seed");
        int epoch = input.integer("epoch", 0, 1000);
        int[] order = SampleOrder.shuffled(100, seed, epoch);
        assertFalse(Arrays.equals(order, SampleOrder.shuffled(100, seed + 1, epoch)));
        assertFalse(Arrays.equals(order, SampleOrder.shuffled(100, seed, epoch + 1)));
    }

    @Test
    void everyPermutationIsEquallyLikely() {
        int draws = 60_000;
        int[] counts = new int[6];
        for (int epoch = 0; epoch < draws; epoch++) {
            int[] order = SampleOrder.shuffled(3, 5, epoch);
            counts[order[0] * 2 + (order[1] > order[2] ? 1 : 0)]++;
        }
        for (int count : counts) { // binomial, standard deviation 91
            assertTrue(Math.abs(count - draws / 6) < 500, Arrays.toString(counts));
        }
    }

    /** From a second program (Python's integers), written by the description alone. */
    @Test
    void knownOrders() {
        assertArrayEquals(new int[] {1, 2, 5, 7, 0, 8, 4, 3, 9, 6}, SampleOrder.shuffled(10, 0, 0));
        assertArrayEquals(new int[] {4, 3, 0, 6, 5, 9, 8, 7, 1, 2}, SampleOrder.shuffled(10, 0, 1));
        assertArrayEquals(new int[] {6, 4, 7, 2, 9, 1, 5, 0, 8, 3}, SampleOrder.shuffled(10, 1, 0));
        int[] mnist = SampleOrder.shuffled(60_000, 0, 0);
        assertArrayEquals(new int[] {53013, 44932, 33947, 51541, 19404, 30659}, Arrays.copyOf(mnist, 6));
        assertEquals(39146, mnist[59_999]);
    }

    @Test
    void wrongNumbers() {
        assertThrows(IllegalArgumentException.class, () -> SampleOrder.shuffled(-1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> SampleOrder.shuffled(1, 0, -1));
    }
}
