package dev.mnistnative;

import java.io.IOException;

/**
 * A file of data, of a net or of a checkpoint that cannot be used. The message is one sentence: the file, what is wrong
 * and where, what to do.
 */
public class DataFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the file, the fault and the remedy */
    public DataFormatException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that names the file, the fault and the remedy
     * @param cause what was caught, or null
     */
    public DataFormatException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A message of the three parts that every one has. */
    public static DataFormatException of(String file, String fault, String remedy) {
        return new DataFormatException(file + ": " + fault + "; " + remedy + ".");
    }
}
