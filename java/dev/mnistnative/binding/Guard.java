package dev.mnistnative.binding;

/** Decides which threads may be inside an object, and ends its use. Nobody ever waits. */
interface Guard {
    /**
     * Lets this thread in until {@link #exit()}.
     *
     * @throws IllegalStateException if the object is closed or taken
     */
    void enter();

    /** Undoes one {@link #enter()}. */
    void exit();

    /**
     * Closes for good.
     *
     * @return false if it was closed before
     * @throws IllegalStateException if a thread is inside; then nothing has changed
     */
    boolean close();
}
