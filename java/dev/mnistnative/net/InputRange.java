package dev.mnistnative.net;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.NumberRange;
import dev.mnistnative.data.PixelType;
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

    static final double BRIGHTEST = 255;

    /** What x / 255 may miss 0 or 1 by. */
    private static final double ROUNDING = 1e-6;

    private final String id;

    InputRange(String id) {
        this.id = id;
    }

    /** Its name in files. */
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }

    /** The range of this {@link #id}. */
    public static Optional<InputRange> ofId(String id) {
        return Arrays.stream(values()).filter(range -> range.id.equals(id)).findFirst();
    }

    /**
     * Which range a training set's numbers are in. Bytes are it by their type, but for bytes of 0 and 1 alone; floats
     * by their values: {@link #UNIT} within 0 … 1, {@link #BYTE} whole within 0 … 255 and the largest at least 128, or
     * such pictures that were resampled.
     */
    static InputRange ofTraining(Dataset training) {
        NumberRange numbers = training.range();
        boolean pictures = training.hasPictures();
        boolean bytes = training.pixelType() == PixelType.UINT8;
        boolean ofBytes = numbers.isOfBytes() || pictures && numbers.reachesBytes();
        if (bytes ? numbers.greatest() != 1 : ofBytes) {
            return BYTE;
        }
        boolean unit =
                numbers.isWithin(-ROUNDING, 1 + ROUNDING) && (!numbers.whole() || pictures && numbers.greatest() == 1);
        return unit ? UNIT : OTHER;
    }

    /**
     * Which range the pixels of one picture are in: {@link #BYTE} or {@link #UNIT}; {@link #UNKNOWN} where they are all
     * 0 or 1, which both have; {@link #OTHER} outside of 0 … 255.
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
