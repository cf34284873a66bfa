package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mnistnative.fuzz.RandomCase;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
    @Test
    void theArticleDropsTheLast160Images() {
        BatchPlan plan = new BatchPlan(60_000, 320, true);
        assertEquals(187, plan.steps());
        assertEquals(59_840, plan.samplesUsed());
        assertEquals(320, plan.rows(186));
    }

    @Test
    void theSecondProgramKeepsThem() {
        BatchPlan plan = new BatchPlan(60_000, 64, false);
        assertEquals(938, plan.steps());
        assertEquals(60_000, plan.samplesUsed());
        assertEquals(32, plan.rows(937));
        assertEquals(59_968, plan.first(937));
    }

    @Test
    void batchesCoverWhatIsUsed() {
        RandomCase.test(1000, BatchPlanTest::batchesCoverWhatIsUsed);
    }

    private static void batchesCoverWhatIsUsed(RandomCase input) {
        int samples = input.integer("samples", 1, 5000);
        int batchSize = input.integer("batchSize", 1, 600);
        boolean dropLast = input.flag("dropLast");
        if (dropLast && samples < batchSize) {
            assertThrows(IllegalArgumentException.class, () -> new BatchPlan(samples, batchSize, true));
            return;
        }
        BatchPlan plan = new BatchPlan(samples, batchSize, dropLast);
        int next = 0;
        for (int step = 0; step < plan.steps(); step++) {
            assertEquals(next, plan.first(step));
            next += plan.rows(step);
        }
        assertEquals(plan.samplesUsed(), next);
        assertEquals(dropLast ? samples - samples % batchSize : samples, next);
    }

    @Test
    void theLargestNumbers() {
        BatchPlan plan = new BatchPlan(Integer.MAX_VALUE, 1 << 30, false);
        assertEquals(2, plan.steps());
        assertEquals((1 << 30) - 1, plan.rows(1));
        assertEquals(1, new BatchPlan(5, Integer.MAX_VALUE, false).steps());
    }

    @Test
    void wrongNumbers() {
        assertThrows(IllegalArgumentException.class, () -> new BatchPlan(0, 1, false));
        assertThrows(IllegalArgumentException.class, () -> new BatchPlan(1, 0, false));
        BatchPlan plan = new BatchPlan(10, 5, true);
        assertThrows(IndexOutOfBoundsException.class, () -> plan.rows(2));
        assertThrows(IndexOutOfBoundsException.class, () -> plan.first(-1));
    }
}
