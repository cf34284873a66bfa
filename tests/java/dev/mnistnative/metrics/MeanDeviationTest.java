package dev.mnistnative.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MeanDeviationTest {
    @Test
    void itIsTheSamplesAndNotThePopulations() {
        MeanDeviation all = MeanDeviation.of(2, 4, 4, 4, 5, 5, 7, 9);
        assertEquals(8, all.count());
        assertEquals(5, all.mean());
        assertEquals(Math.sqrt(32.0 / 7), all.deviation(), 1e-15);
        assertEquals(2, all.least());
        assertEquals(9, all.greatest());
    }

    /** Sums of squares less squares of sums would have lost it. */
    @Test
    void aSmallDeviationOfLargeFiguresIsThere() {
        assertEquals(0.001, MeanDeviation.of(1e6 - 0.001, 1e6, 1e6 + 0.001).deviation(), 1e-9);
    }

    @Test
    void aSingleFigureHasNoDeviationAndNoFiguresNoMean() {
        assertTrue(Double.isNaN(MeanDeviation.of(0.5).deviation()));
        assertEquals(0.5, MeanDeviation.of(0.5).mean());
        assertThrows(IllegalArgumentException.class, MeanDeviation::of);
    }
}
