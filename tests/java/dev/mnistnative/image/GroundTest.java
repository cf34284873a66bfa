package dev.mnistnative.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Digits on all kinds of ground come out as the same digits drawn on plain paper do. */
class GroundTest {
    private static final int COUNT = 100;
    private static final int SIDE = 140;
    private static final int PAPER = 235;
    private static final int INK = 30;

    /** How alike the forms of two pictures must be, as a correlation; different digits have less than 0.7 or so. */
    private static final double ALIKE = 0.85;

    private static DigitPictures.Digits digits;
    private static byte[][] expected;

    @BeforeAll
    static void draw() {
        digits = DigitPictures.first(COUNT);
        expected = new byte[COUNT][];
        for (int i = 0; i < COUNT; i++) {
            expected[i] = DigitNormalizer.normalize(GrayImage.of(paper(i)));
        }
    }

    private static BufferedImage paper(int i) {
        return DigitPictures.recolored(DigitPictures.large(digits.pixels()[i], SIDE), PAPER, INK);
    }

    private static BufferedImage inverted(BufferedImage picture) {
        return DigitPictures.recolored(picture, 255, 0);
    }

    private interface Maker {
        BufferedImage of(int digit, Random random);
    }

    /** At least 95 of 100, dark on light and light on dark. */
    private static void comeOutTheSame(Maker maker) {
        for (boolean dark : new boolean[] {false, true}) {
            Random random = new Random(1);
            int alike = 0;
            StringBuilder others = new StringBuilder();
            for (int i = 0; i < COUNT; i++) {
                BufferedImage picture = maker.of(i, random);
                if (correlation(normalized(dark ? inverted(picture) : picture), expected[i]) >= ALIKE) {
                    alike++;
                } else {
                    others.append(' ').append(i);
                }
            }
            assertTrue(alike >= 95, alike + " of " + COUNT + (dark ? ", inverted" : "") + "; not:" + others);
        }
    }

    private static byte[] normalized(BufferedImage picture) {
        try {
            return DigitNormalizer.normalize(GrayImage.of(picture));
        } catch (UnreadableImageException e) {
            return new byte[DigitPictures.SIDE * DigitPictures.SIDE];
        }
    }

    /** The best one over shifts by a pixel, which centring rounds to. */
    private static double correlation(byte[] a, byte[] b) {
        double best = 0;
        for (int shift = 0; shift < 9; shift++) {
            best = Math.max(best, correlation(a, b, shift % 3 - 1, shift / 3 - 1));
        }
        return best;
    }

    private static double correlation(byte[] a, byte[] b, int dx, int dy) {
        double product = 0;
        double squareA = 0;
        double squareB = 0;
        int side = DigitPictures.SIDE;
        for (int i = 0; i < a.length; i++) {
            int x = i % side + dx;
            int y = i / side + dy;
            int other = x < 0 || y < 0 || x >= side || y >= side ? 0 : b[y * side + x] & 0xff;
            product += (a[i] & 0xff) * (double) other;
            squareA += (a[i] & 0xff) * (double) (a[i] & 0xff);
            squareB += (b[i] & 0xff) * (double) (b[i] & 0xff);
        }
        return squareA == 0 ? 0 : product / Math.sqrt(squareA * squareB);
    }

    /**
     * On plain paper nothing is taken for a band or a rule: long strokes of a digit, of which the ground beside them
     * has the form of a frame, stay.
     */
    @Test
    void onPlainPaperNothingIsTakenAway() {
        DigitPictures.Digits many = DigitPictures.first(1000);
        StringBuilder peeled = new StringBuilder();
        for (int i = 0; i < many.pixels().length; i++) {
            BufferedImage small = DigitPictures.large(many.pixels()[i], DigitPictures.SIDE);
            for (BufferedImage each : new BufferedImage[] {small, DigitPictures.recolored(small, PAPER, INK)}) {
                GrayImage picture = GrayImage.of(each);
                GrayImage ink = Ink.of(picture);
                if (Bands.peeled(picture) != picture || Rules.removed(ink) != ink) {
                    peeled.append(' ').append(i);
                }
            }
        }
        assertEquals("", peeled.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {28, 60, 140})
    void cropped(int side) {
        comeOutTheSame((i, random) -> DigitPictures.recolored(
                DigitPictures.cropped(DigitPictures.large(digits.pixels()[i], side), 0), PAPER, INK));
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "3, 0", "2, 4"})
    void framed(int width, int distance) {
        comeOutTheSame((i, random) -> DigitPictures.framed(paper(i), width, distance, 0));
    }

    /** The frame lies on the digit's outermost pixels, or so near that no more than a pixel parts them. */
    @ParameterizedTest
    @CsvSource({"140, 1, 2", "28, 2, 1"})
    void framedAsNearAsCanBe(int side, int margin, int width) {
        comeOutTheSame((i, random) -> DigitPictures.framed(
                DigitPictures.recolored(
                        DigitPictures.cropped(DigitPictures.large(digits.pixels()[i], side), margin), PAPER, INK),
                width,
                0,
                0));
    }

    /** Long tails of a digit run into the strip. */
    @Test
    void withAStripThatTheDigitTouches() {
        comeOutTheSame((i, random) -> DigitPictures.painted(paper(i), 5, g -> g.fillRect(0, SIDE - 11, SIDE, 11)));
    }

    @Test
    void inATableCell() {
        comeOutTheSame((i, random) ->
                DigitPictures.painted(DigitPictures.onSheet(paper(i), 180, 180, 20, 20, PAPER), 50, g -> {
                    g.fillRect(0, 15, 180, 2);
                    g.fillRect(0, 163, 180, 2);
                    g.fillRect(14, 0, 2, 180);
                    g.fillRect(164, 0, 2, 180);
                }));
    }

    @ParameterizedTest
    @CsvSource({"10, 125, 6", "10, 125, 0", "70, 70, 3"})
    void withAxes(int x, int y, int distance) {
        comeOutTheSame((i, random) -> DigitPictures.painted(paper(i), 0, g -> {
            g.fillRect(x, distance, 1, SIDE - 2 * distance);
            g.fillRect(distance, y, SIDE - 2 * distance, 1);
        }));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void withAScannersStrip(int side) {
        comeOutTheSame((i, random) ->
                DigitPictures.painted(DigitPictures.onSheet(paper(i), 180, 180, 20, 20, PAPER), 5, g -> {
                    int deep = 5 + random.nextInt(15);
                    g.fillRect(
                            side == 1 ? 180 - deep : 0,
                            side == 3 ? 180 - deep : 0,
                            side < 2 ? deep : 180,
                            side < 2 ? 180 : deep);
                }));
    }

    @Test
    void underUnevenLight() {
        DigitPictures.Light[] lights = {
            (x, y) -> 1 - 0.5 * x,
            (x, y) -> 1 - 0.9 * ((x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5)),
            (x, y) -> x + 0.4 * y < 0.6 ? 0.55 : 1
        };
        int alike = 0;
        for (int i = 0; i < COUNT; i++) {
            BufferedImage picture = DigitPictures.lit(paper(i), lights[i % lights.length], 3, new Random(i));
            alike += correlation(normalized(picture), expected[i]) >= ALIKE ? 1 : 0;
        }
        assertTrue(alike >= 90, alike + " of " + COUNT);
    }

    @Test
    void inAWindowOnAPage() {
        comeOutTheSame((i, random) -> DigitPictures.onSheet(inverted(paper(i)), 260, 200, 40, 20, 250));
    }

    /** Thin pens lose their strength in the shrink, which must come back. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 24})
    void byAPenOf(int thousandths) {
        Random random = new Random(7);
        for (int digit = 0; digit < 10; digit++) {
            byte[] pixels = normalized(DigitPictures.drawn(digit, 1000, thousandths, random));
            int strong = 0;
            for (byte pixel : pixels) {
                strong += (pixel & 0xff) >= 128 ? 1 : 0;
            }
            assertTrue(strong >= 15, "digit " + digit + ": " + strong + " strong pixels");
        }
    }

    @Test
    void twoDigitsAreToldAndOneInSeveralStrokesIsNot() {
        for (int i = 0; i < 20; i++) {
            BufferedImage two = DigitPictures.onSheet(paper(i), 2 * SIDE, SIDE, 0, 0, PAPER);
            BufferedImage other = paper(i + 20);
            two = DigitPictures.painted(two, INK, g -> {
                for (int p = 0; p < SIDE * SIDE; p++) {
                    if (other.getRaster().getSample(p % SIDE, p / SIDE, 0) < 128) {
                        g.fillRect(SIDE + p % SIDE, p / SIDE, 1, 1);
                    }
                }
            });
            GrayImage picture = GrayImage.of(two);
            String said = assertThrows(UnreadableImageException.class, () -> DigitNormalizer.normalize(picture), "" + i)
                    .getMessage();
            assertEquals("there seem to be two or more digits", said);
        }
        DigitPictures.Digits many = DigitPictures.first(1000);
        for (byte[] pixels : many.pixels()) {
            DigitNormalizer.normalize(GrayImage.ofBytes(DigitPictures.SIDE, DigitPictures.SIDE, pixels));
        }
        // a 5 whose bar is a stroke of its own
        BufferedImage five = DigitPictures.painted(
                DigitPictures.recolored(new BufferedImage(200, 200, BufferedImage.TYPE_BYTE_GRAY), 255, 0), 0, g -> {
                    g.fillRect(90, 30, 60, 12);
                    g.fillRect(60, 45, 12, 50);
                    g.fillRect(60, 83, 70, 12);
                    g.fillRect(118, 83, 12, 80);
                    g.fillRect(60, 151, 70, 12);
                });
        DigitNormalizer.normalize(GrayImage.of(five));
    }
}
