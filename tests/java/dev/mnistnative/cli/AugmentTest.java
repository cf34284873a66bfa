package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Deformed pictures on the command line. */
@Timeout(120)
class AugmentTest {
    private static final String SMALL = "train --layers 784,12,10 --batch-size 32 --limit 200 --shuffle --seed 4 ";
    private static final String VALUES = "rotate=12,scale=0.12,elastic=30:4";

    @TempDir
    private Path folder;

    private byte[] saved(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }

    @Test
    void aRunTellsWhatItDidAndGoesOnWithTheSameBits() throws IOException {
        String augmented = SMALL + "--augment " + VALUES + " ";
        Cli whole = Cli.line(augmented + "--epochs 4 --threads 2 --save " + folder.resolve("a.safetensors")
                        + " --metrics " + folder.resolve("m.jsonl") + " --report " + folder.resolve("r.html"))
                .succeeded();
        assertTrue(whole.err().contains("each epoch sees its own pictures, deformed by " + VALUES), whole.err());
        assertTrue(Files.readString(folder.resolve("m.jsonl")).contains("\"augment\":\"" + VALUES + "\""));
        String page = Files.readString(folder.resolve("r.html"));
        assertTrue(page.contains("<h2>Deformed pictures</h2>"));
        assertEquals(50, page.split("alt=\"picture ", -1).length - 1, "ten pictures, and four epochs of each");

        String kept = " --checkpoint-dir " + folder.resolve("c") + " --threads 1 ";
        Cli.line(augmented + "--epochs 2" + kept).succeeded();
        Cli.line(augmented + "--epochs 4 --resume" + kept + "--save " + folder.resolve("b.safetensors"))
                .succeeded();
        assertArrayEquals(saved("a.safetensors"), saved("b.safetensors"));
        Cli.line(SMALL + "--augment none --epochs 4 --resume" + kept).failed(2, "deformation is none, but");
    }

    @Test
    void aTableOfPicturesNeedsTheirShape() throws IOException {
        String header = "kind," + IntStream.range(0, 12).mapToObj(i -> "p" + i).collect(Collectors.joining(","));
        String rows = IntStream.range(0, 8)
                .mapToObj(i -> (i % 2)
                        + IntStream.range(0, 12)
                                .mapToObj(p -> "," + (p * 7 + i * 31) % 255)
                                .collect(Collectors.joining()))
                .collect(Collectors.joining("\n"));
        Path table = Files.writeString(folder.resolve("t.csv"), header + "\n" + rows + "\n");
        String train = "train --data " + table + " --label-column kind --layers 12,3,2 --batch-size 4 --epochs 2 ";
        Cli.line(train + "--augment light")
                .failed(2, "samples of 12 numbers in a row are no pictures: give their --image-shape");
        Cli.line(train + "--augment light --image-shape 4x3").succeeded();
        Cli.line(train + "--augment light --image-shape 3x3")
                .failed(2, "--image-shape 3x3 has 9 pixels, but the samples have 12 features");
        Cli.line(train + "--augment light --image-shape 4x3 --standardize").failed(2, "leave --standardize out");
    }

    @Test
    void dataShowsWhatEpochsSee() {
        String shown = Cli.line("data --limit 2 --one-hot 0 --show 2 --augment strong")
                .succeeded()
                .out();
        for (String title : new String[] {"image 0, label 5:", "image 0 in epoch 1:", "image 1 in epoch 3:"}) {
            assertTrue(shown.contains(title), shown);
        }
        assertFalse(shown.contains("in epoch 4"));
        assertEquals(
                shown,
                Cli.line("data --limit 2 --one-hot 0 --show 2 --augment strong --seed 0")
                        .succeeded()
                        .out());
        assertFalse(shown.equals(Cli.line("data --limit 2 --one-hot 0 --show 2 --augment strong --seed 1")
                .succeeded()
                .out()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            data --augment light            | --augment is for the images that are shown: say how many with --show N
            train --augment turn=3          | 'turn' is none of rotate, scale, shear, shift and elastic
            train --image-shape 28          | '28' is no WIDTHxHEIGHT such as 28x28
            """)
    void whatCannotBeIsRefused(String line, String message) {
        Cli.line(line).failed(2, message);
    }
}
