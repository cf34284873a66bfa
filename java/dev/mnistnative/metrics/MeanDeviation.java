package dev.mnistnative.metrics;

import java.util.stream.DoubleStream;

/**
 * What the same figure of several runs comes to.
 *
 * @param count of figures, 1 or more
 * @param mean of them
 * @param deviation the sample standard deviation, which divides by count - 1; NaN of a single figure
 * @param least of them
 * @param greatest of them
 */
public record MeanDeviation(int count, double mean, double deviation, double least, double greatest) {
    /** @throws IllegalArgumentException if there are none */
    public static MeanDeviation of(double... figures) {
        if (figures.length == 0) {
            throw new IllegalArgumentException("there are no figures to take the mean of");
        }
        double mean = DoubleStream.of(figures).sum() / figures.length;
        double squares =
                DoubleStream.of(figures).map(f -> (f - mean) * (f - mean)).sum();
        return new MeanDeviation(
                figures.length,
                mean,
                figures.length == 1 ? Double.NaN : Math.sqrt(squares / (figures.length - 1)),
                DoubleStream.of(figures).min().getAsDouble(),
                DoubleStream.of(figures).max().getAsDouble());
    }
}
