package dev.mnistnative.image;

/** An image in which no digit can be seen. The message says why, without the image's name. */
public final class UnreadableImageException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnreadableImageException(String message) {
        super(message);
    }
}
