package dev.mnistnative.metrics;

/** How a net does on samples whose truth is known, by what its outputs are. */
public sealed interface Metrics permits ClassMetrics, LabelMetrics, ValueMetrics {
    /** Samples that count. */
    long counted();
}
