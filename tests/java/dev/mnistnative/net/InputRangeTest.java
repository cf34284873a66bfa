package dev.mnistnative.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.NumberRange;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Which numbers a net was trained on, and what becomes of others. */
class InputRangeTest {
    private static final int PICTURE = 64;
    private static final Preprocessing BYTES = Preprocessing.fittedTo(Dataset.ofBytes(new byte[] {0, 9}, 2, null));
    private static final Preprocessing RAW_BYTES = fitted(0, 255, 3);
    private static final Preprocessing UNIT = fitted(0, 0.5f, 1);
    private static final Preprocessing OTHER = fitted(-7, 0.5f, 300);

    private static Dataset table(float... values) {
        return Dataset.ofFloats(values, values.length, null);
    }

    private static Dataset picture(float... values) {
        return table(Arrays.copyOf(values, PICTURE));
    }

    private static Dataset bytePicture(int... values) {
        byte[] pixels = new byte[PICTURE];
        for (int i = 0; i < values.length; i++) {
            pixels[i] = (byte) values[i];
        }
        return Dataset.ofBytes(pixels, PICTURE, null);
    }

    private static Preprocessing fitted(float... values) {
        return Preprocessing.fittedTo(table(values));
    }

    @Test
    void ofATrainingSet() {
        assertEquals(InputRange.BYTE, BYTES.range());
        assertEquals(Scaling.bytes(Dataset.UNIT_SCALE), BYTES.scaling());
        assertEquals(InputRange.BYTE, RAW_BYTES.range());
        assertEquals(InputRange.UNIT, UNIT.range());
        assertEquals(InputRange.OTHER, OTHER.range());
        assertEquals(InputRange.OTHER, fitted(0, 1, 1).range(), "answers to yes-or-no questions");
        assertEquals(InputRange.OTHER, fitted(1, 5, 3).range(), "answers of 1 to 5");
        assertEquals(InputRange.OTHER, fitted(0, 200, 1.75f).range(), "a table of heights and weights");
        assertEquals(InputRange.OTHER, fitted(0, 256).range());
        assertEquals(InputRange.OTHER, fitted(-0.5f, 1).range());
        assertEquals(InputRange.UNIT, Preprocessing.fittedTo(picture(0, 1)).range(), "black and white");
        assertEquals(
                InputRange.BYTE, Preprocessing.fittedTo(picture(3.5f, 200)).range(), "a picture that was resampled");
        assertEquals(InputRange.OTHER, Preprocessing.fittedTo(picture(0, 16)).range(), "16 grey levels");
        assertEquals(InputRange.UNIT, Preprocessing.fittedTo(bytePicture(0, 1)).range());
        assertEquals(InputRange.BYTE, Preprocessing.fittedTo(bytePicture(0, 2)).range());
        assertEquals(
                InputRange.OTHER,
                Preprocessing.fittedTo(Dataset.ofBytes(new byte[] {0, 1}, 2, null))
                        .range());
    }

    /** Whatever a net was trained on: its own training set comes as it came then. */
    @Test
    void aTrainingSetIsItsOwn() {
        for (Dataset data : new Dataset[] {
            table(0, 255, 3),
            table(0, 0.5f, 1),
            table(-7, 300),
            table(0, 1),
            table(1, 5),
            picture(0, 1),
            picture(3.5f, 200),
            picture(0, 16),
            picture(-0.42f, 2.8f),
            bytePicture(0, 1),
            bytePicture(0, 2),
            bytePicture(255),
            Dataset.ofBytes(new byte[] {0, 1}, 2, null)
        }) {
            Preprocessing fitted = Preprocessing.fittedTo(data);
            assertArrayEquals(data.sample(0), fitted.apply(data).sample(0), fitted.toString());
            assertTrue(fitted.remark(data).isEmpty(), fitted + " " + fitted.remark(data));
        }
    }

    @Test
    void numbersAreBroughtToThoseOfTheTrainingSet() {
        seen(BYTES, table(0, 51, 255), "", 0, 0.2f, 1);
        seen(BYTES, table(0, 0.2f, 1), "", 0, 0.2f, 1);
        seen(RAW_BYTES, table(0, 0.2f, 1), "multiplied by 255", 0, 51, 255);
        seen(RAW_BYTES, table(0, 51, 2), "", 0, 51, 2);
        seen(RAW_BYTES, bytePicture(7, 255), "", 7, 255);
        seen(UNIT, table(0, 51, 255), "divided by 255", 0, 0.2f, 1);
        seen(UNIT, bytePicture(0, 51, 255), "", 0, 0.2f, 1);
        seen(UNIT, table(12.75f, 255), "divided by 255", 0.05f, 1);
    }

    /** Numbers may lie in such a range by chance: then they stay, and it is said where it is not clear. */
    @Test
    void whatCannotBeKnownIsTakenAsItIsAndSaid() {
        seen(BYTES, table(0, 1, 1), "only 0 and 1", 0, 1, 1);
        seen(RAW_BYTES, table(0, 1, 1), "only 0 and 1", 0, 1, 1);
        seen(RAW_BYTES, table(0, 300), "numbers of 0.0 … 300.0, for a net that was trained on 0 … 255", 0, 300);
        seen(RAW_BYTES, table(-0.4f, 2.8f), "taken as they are", -0.4f, 2.8f);
        seen(BYTES, table(-0.4f, 2.8f), "taken as they are", -0.4f, 2.8f);
        seen(BYTES, bytePicture(0, 1), "only 0 and 1", 0, (float) Dataset.UNIT_SCALE);
        seen(UNIT, table(0, 5, 3), "numbers of 0.0 … 5.0, for a net that was trained on 0 … 1", 0, 5, 3);
        seen(UNIT, table(-3, 0.5f), "taken as they are", -3, 0.5f);
        seen(UNIT, table(0, 1, 1), "", 0, 1, 1);
        seen(UNIT, table(-0.1f, 1.04f), "", -0.1f, 1.04f); // a row beyond the extremes of the training set
        seen(OTHER, table(0, 0.5f, 1), "", 0, 0.5f, 1);
        seen(OTHER, table(0, 255), "", 0, 255);
        seen(OTHER, bytePicture(0, 255), "", 0, 255); // whole numbers are numbers, whatever carries them
        seen(Preprocessing.NONE, table(0, 255), "nothing tells what the net was trained on", 0, 255);
        seen(Preprocessing.NONE, table(0, 16), "", 0, 16);
        seen(Preprocessing.NONE, bytePicture(0, 255), "", 0, 1);
        Preprocessing standardized = Preprocessing.fittedTo(picture(-0.42f, 2.8f));
        seen(standardized, picture(0, 255), "whole numbers of 0 … 255, for a net that was trained on neither", 0, 255);
        seen(standardized, picture(0, 1), "", 0, 1);
        seen(standardized, bytePicture(0, 255), "neither of 0 … 255 nor of 0 … 1", 0, 1);
    }

    private static void seen(Preprocessing trained, Dataset samples, String remark, float... values) {
        float[] wanted = Arrays.copyOf(values, samples.features());
        assertArrayEquals(wanted, trained.apply(samples).sample(0), 1e-4f);
        String said = trained.remark(samples).orElse("");
        assertTrue(remark.isEmpty() ? said.isEmpty() : said.contains(remark), said);
    }

    @Test
    void ofThePixelsOfAPicture() {
        assertEquals(InputRange.BYTE, InputRange.ofPixels(NumberRange.of(new float[] {0, 3})));
        assertEquals(InputRange.UNIT, InputRange.ofPixels(NumberRange.of(new float[] {0, 0.5f})));
        assertEquals(InputRange.UNKNOWN, InputRange.ofPixels(NumberRange.of(new float[] {0, 1})));
        assertEquals(InputRange.OTHER, InputRange.ofPixels(NumberRange.of(new float[] {0, 256})));
        assertEquals(InputRange.OTHER, InputRange.ofPixels(NumberRange.of(new float[] {-1, 0})));
    }
}
