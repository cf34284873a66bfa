package dev.mnistnative.report.html;

import java.util.stream.IntStream;

/** Some of many, the same ones each time. */
final class Spread {
    private Spread() {}

    /** At most so many numbers of 0 … size − 1, evenly spread, from the first on. */
    static int[] over(int size, int most) {
        int count = Math.min(size, most);
        return IntStream.range(0, count)
                .map(i -> (int) ((long) i * size / count))
                .toArray();
    }
}
