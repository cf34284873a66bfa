package dev.mnistnative.array;

/**
 * What the head of any npy array says.
 *
 * @param element NumPy's name of the elements, e.g. {@code <f4} or {@code <U3}
 * @param shape dimensions; empty for a single value
 * @param fortran whether the first index varies fastest
 */
public record NpyHead(String element, long[] shape, boolean fortran) {}
