package dev.mnistnative.net;

import dev.mnistnative.data.NumberRange;
import java.util.Arrays;
import java.util.Optional;

/**
 * Which numbers a net was trained on, before their scale: whatever type carries samples, they are brought to it. Whole
 * numbers 0 … 255 stay what they are as unsigned bytes, int64, floats or the text of a table.
 */
public enum InputRange {
    /** 0 … 255, a pixel's brightness as a byte has it. */
    BYTE("0..255"),
    /** 0 … 1. */
    UNIT("0..1"),
    /** Known to be neither, e.g. centimetres, or pixels that were standardised: samples are taken as they are. */
    OTHER("other"),
    /** Not told, e.g. by a file of weights alone: bytes are scaled by their type, others are taken as they are. */
    UNKNOWN("unknown");

    private static final double BRIGHTEST = 255;

    private final String id;

    InputRange(String id) {
        this.id = id;
    }

    /** Its name in files. */
    public String id() {
        return id;
    }

    /** The range of this {@link #id}. */
    public static Optional<InputRange> ofId(String id) {
        return Arrays.stream(values()).filter(range -> range.id.equals(id)).findFirst();
    }

    /**
     * Which range the pixels of one picture are in: {@link #BYTE} or {@link #UNIT}; {@link #UNKNOWN} where they are all 0
     * or 1, which both have; {@link #OTHER} outside of 0 … 255.
     */
    public static InputRange ofPixels(NumberRange pixels) {
        if (!pixels.isWithin(0, BRIGHTEST)) {
            return OTHER;
        }
        if (pixels.greatest() > 1) {
            return BYTE;
        }
        return pixels.whole() ? UNKNOWN : UNIT;
    }
}
