package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeformationTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "none",
                "rotate=10",
                "rotate=12.5,scale=0.1,shear=0.15,shift=1,elastic=30:4",
                "scale=0.05,elastic=34:4.5",
                "shear=1,shift=0.25"
            })
    void whatIsPrintedIsRead(String text) {
        assertEquals(text, Deformation.parse(text).toString());
        assertEquals(
                Deformation.parse(text),
                Deformation.parse(Deformation.parse(text).toString()));
    }

    @Test
    void namesStandForValues() {
        assertEquals(Deformation.NONE, Deformation.parse("none"));
        assertEquals(
                "rotate=8,scale=0.08,shear=0.15,shift=1,elastic=20:4",
                Deformation.parse("light").toString());
        assertEquals(
                "rotate=15,scale=0.15,shear=0.15,shift=1,elastic=38:4",
                Deformation.parse("strong").toString());
        assertEquals(
                new Deformation(1, 0.2, 0.3, 4, 5, 6),
                Deformation.parse("shift=4, elastic=5:6,shear=0.3," + " scale=0.2,rotate=1"));
        assertTrue(Deformation.parse("rotate=0,elastic=0:4").isNone());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            heavy                   | 'heavy' is none of none, light, strong and values like rotate=10,scale=0.1,shear=0.15,shift=1,elastic=30:4
            rotate                  | 'rotate' is none of none, light, strong and values like rotate=10,scale=0.1,shear=0.15,shift=1,elastic=30:4
            turn=10                 | 'turn' is none of rotate, scale, shear, shift and elastic
            rotate=10,rotate=20     | 'rotate=10,rotate=20' names rotate twice
            rotate=ten              | 'rotate=ten' needs a number, but has 'ten'
            elastic=30              | 'elastic=30' must be elastic=STRENGTH:SMOOTHNESS, e.g. elastic=30:4
            elastic=30:0            | elastic's smoothness must be above 0 pixels, e.g. 4
            rotate=181              | rotate must be a number of 0 … 180, not 181
            scale=-0.1              | scale must be a number of 0 … 0.5, not -0.1
            shear=NaN               | shear must be a number of 0 … 1, not NaN
            shift=1e9               | shift must be a number of 0 … 1000, not 1000000000
            """)
    void whatCannotBeIsRefused(String text, String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> Deformation.parse(text))
                        .getMessage());
    }
}
