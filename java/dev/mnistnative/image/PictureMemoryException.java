package dev.mnistnative.image;

import dev.mnistnative.DataFormatException;

/** A picture that Java's heap has no room for now. */
public final class PictureMemoryException extends DataFormatException {
    private static final long serialVersionUID = 1L;

    PictureMemoryException(String name, Throwable cause) {
        super(name + ": the picture needs more memory than is left; make it smaller, or give Java more (-Xmx).", cause);
    }
}
