package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportanceCommandTest {
    @TempDir
    Path folder;

    /** A net whose class is 1 where its first feature is above 0, on a table of which it uses that one alone. */
    private String words() throws IOException {
        Path model = folder.resolve("m.safetensors");
        Mlp net = Mlp.of(2, 2);
        new SavedModel(
                        Parameters.of(net, new float[] {-1, 0, 1, 0, 0, 0}),
                        ModelInfo.NONE.withFeatureNames(List.of("height", "noise")))
                .write(model);
        StringBuilder table = new StringBuilder("height,noise,y\n");
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            table.append(i % 2 == 0 ? 3 : -3)
                    .append(',')
                    .append(random.nextInt(100))
                    .append(',')
                    .append(1 - i % 2);
            table.append('\n');
        }
        Path data = Files.writeString(folder.resolve("t.csv"), table);
        return "importance --model " + model + " --data " + data + " --label-column y --device cpu";
    }

    @Test
    void theFeatureThatIsUsedComesFirst() throws IOException {
        Cli text = Cli.line(words()).succeeded();
        assertEquals("accuracy: 1.0000 (200 samples)", text.lines().get(0));
        assertEquals(
                "what it drops by, mean and standard deviation of 5 permutations:",
                text.lines().get(1));
        assertTrue(text.lines().get(2).matches("feature  importance +sd"), text.out());
        assertTrue(text.lines().get(3).matches(" height +0\\.[45]\\d{3}  0\\.0\\d{3}"), text.out());
        assertTrue(text.lines().get(4).matches("  noise +0\\.0000  0\\.0000"), text.out());
        assertEquals(text.out(), Cli.line(words() + " --threads 1").succeeded().out());
        Cli one = Cli.line(words() + " --top 1 --repeats 1 --seed 4").succeeded();
        assertEquals("and 1 of less importance", one.lines().get(4));
        assertTrue(one.lines().get(3).endsWith(" -"), one.out());
    }

    @Test
    void programsGetAllOfThemInTheirOrder() throws IOException {
        JsonNode all = new ObjectMapper()
                .readTree(Cli.line(words() + " --json --top 1").succeeded().out());
        assertEquals(1, all.get("accuracy").doubleValue());
        assertEquals("height", all.get("features").get(0).get("name").textValue());
        assertTrue(all.get("features").get(0).get("importance").doubleValue() > 0.4);
        assertEquals(0, all.get("features").get(1).get("importance").doubleValue());
    }

    /** A net whose class is whether its pixel (row 1, column 2) of 3 x 3 is bright. */
    @Test
    void picturesAreDrawn() throws IOException {
        Path model = folder.resolve("p.safetensors");
        float[] values = new float[20];
        values[5] = -1;
        values[9 + 5] = 1;
        values[18] = 0.5f;
        new SavedModel(Parameters.of(Mlp.of(9, 2), values), ModelInfo.NONE).write(model);
        StringBuilder table = new StringBuilder("a,b,c,d,e,f,g,h,i,y\n");
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            for (int p = 0; p < 9; p++) {
                table.append(p == 5 ? i % 2 : random.nextInt(2)).append(',');
            }
            table.append(i % 2).append('\n');
        }
        Path data = Files.writeString(folder.resolve("p.csv"), table);
        Path picture = folder.resolve("p.png");
        Path report = folder.resolve("p.html");
        String words = "importance --device cpu --label-column y --model " + model + " --data " + data;
        Cli.line(words + " --picture " + picture + " --report " + report).succeeded();
        BufferedImage heat = ImageIO.read(picture.toFile());
        assertEquals(447, heat.getWidth());
        assertEquals(0xffd9480f, heat.getRGB(5 * 447 / 6, 447 / 2), "all of the importance lies there");
        assertEquals(0xffffffff, heat.getRGB(447 / 6, 447 / 6));
        String page = Files.readString(report);
        assertTrue(page.contains("What a 9-2 makes of its features"));
        assertTrue(page.contains("class=\"heat\""));
        assertFalse(page.contains("{{"));
        assertFalse(page.contains("://"));
        Cli patches = Cli.line(words + " --patch 2 --top 1").succeeded();
        assertTrue(patches.lines().get(3).strip().startsWith("row 0, column 2 "), patches.out());
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        Cli.line(words() + " --patch 2").failed(ExitCode.USAGE, "--patch is for square pictures", "2 features");
        Cli.line(words() + " --repeats 0").failed(ExitCode.USAGE, "--repeats is 0");
        Cli.line(words() + " --top 0").failed(ExitCode.USAGE, "--top is 0");
        Path same = folder.resolve("t.csv");
        Cli.line(words() + " --report " + same).failed(ExitCode.USAGE, "this is what --data reads");
    }
}
