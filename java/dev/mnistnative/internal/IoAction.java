package dev.mnistnative.internal;

import java.io.IOException;

/** What is done with something that reads or writes, and may fail at it. */
@FunctionalInterface
public interface IoAction<T> {
    void on(T target) throws IOException;
}
