package dev.mnistnative.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TextBlocksTest {
    @Test
    void aPixelIsTwoCharactersAndBlankEdgesGo() {
        float[] image = {0, 0, 0, 1, 0.5f, 0, 0, 0, 0, 0, 0.25f, 0, 0, 0, 0};
        assertEquals("\u2588\u2588\u2592\u2592\n\n  \u2591\u2591\n", TextBlocks.of(image, 3));
    }

    @Test
    void onlySquaresHaveASide() {
        assertEquals(28, TextBlocks.side(784));
        assertEquals(0, TextBlocks.side(783));
    }
}
